// The page that tests/browser and bench/report_open.py open: write_report FILE MATCHES PICTURES.
// Rows like those of a scan, the same at every call; the first files have hostile names.

#include "image/encode_png.hpp"
#include <ectype/html_report.hpp>
#include <ectype/version.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace ectype;

constexpr std::array<const char*, 8> kHostileNames{
    "</script></noscript><script>document.title='taken'</script>.jpg",
    "<img src=x onerror=\"document.title='taken'\">.jpg",
    "'\"><svg onload=document.title='taken'>.jpg",
    "invoice\xE2\x80\xAEgpj.exe",
    "not utf-8 \xFF\xC3.jpg",
    "two\nlines\tand \x1B[31m.jpg",
    "-->]]>&amp;&lt;b&gt;{{title}}${title}.jpg",
    "שלום عليكم 你好 🖼.jpg"};

/// Numbers that look random and are the same everywhere.
std::uint32_t mixed(std::uint32_t i) {
  i = (i ^ 61U ^ i >> 16) * 9U;
  i = (i ^ i >> 4) * 0x27D4EB2DU;
  return i ^ i >> 15;
}

FileFacts facts(std::uint32_t i) {
  FileFacts facts;
  facts.size = 20'000 + mixed(i) % 4'000'000;
  facts.modified_seconds = 1'600'000'000 + mixed(i + 1) % 100'000'000;
  auto& sha256 = facts.digests.sha256.emplace();
  for (std::size_t byte = 0; byte < sha256.size(); ++byte)
    sha256[byte] = static_cast<std::uint8_t>(mixed(i + 7) >> byte % 24);
  return facts;
}

std::string file_name(std::uint32_t i) {
  if (i < kHostileNames.size()) return std::string("/evidence/disk 1/") + kHostileNames[i];
  return "/evidence/disk 1/Users/someone/Pictures/" + std::to_string(2000 + i % 25) + "/IMG_" +
         std::to_string(i) + ".jpg";
}

Match match(std::uint32_t i) {
  Match match;
  match.item = {
      static_cast<std::int64_t>(i) + 1,
      i < kHostileNames.size() ? kHostileNames[i] : "known/" + std::to_string(mixed(i)) + ".png",
      i % 3 == 0 ? "category A" : "category B",
      i % 5 == 0 ? "case 2025-117" : "list of the agency",
      "",
      "",
      "",
      {}};
  match.recipe = match.query_recipe = Recipe::parse("pdq/1:exact");
  match.distance = static_cast<int>(mixed(i) % 32);
  match.transform = kTransforms[i % 10 < 3 ? i % 8 : 0];
  match.quality = 60 + static_cast<int>(i % 41);
  match.false_matches = 1e-9 * (1 + mixed(i) % 32 * (mixed(i) % 1000));
  if (i % 4 == 3) {
    match.recipe = match.query_recipe = Recipe::parse("keypoints/1:dct128");
    match.keypoints.emplace().inliers = 8 + static_cast<int>(mixed(i) % 60);
    match.distance = -1;
    match.region = match.query_region = Region::content;
  }
  if (i % 11 == 5) match.query_region = Region::content;
  return match;
}

FileResult matched_file(std::uint32_t i) {
  FileResult result;
  result.path = file_name(i);
  result.outcome = Outcome::matched;
  result.facts = facts(i);
  result.info.emplace();
  result.info->format = Format::jpeg;
  result.info->width = 640 + mixed(i) % 4000;
  result.info->height = 480 + mixed(i + 3) % 3000;
  result.matches.push_back(match(i));
  if (i % 100 == 17) result.reason = result.signature.damage = "rows are missing from row 812 on";
  return result;
}

FileResult other_file(std::uint32_t i, Outcome outcome, const std::string& reason) {
  FileResult result;
  result.path = "/evidence/disk 1/rest/" + std::to_string(i) + (i % 2 == 0 ? ".png" : ".doc");
  result.outcome = outcome;
  result.reason = reason;
  if (outcome != Outcome::unreadable) result.facts = facts(i);
  return result;
}

std::vector<std::uint8_t> thumbnail(std::uint32_t seed) {
  constexpr std::uint32_t width = 96, height = 72;
  std::vector<std::uint8_t> rgb;
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      rgb.insert(rgb.end(), 3,
                 static_cast<std::uint8_t>((x / 12 + y / 12 + seed) % 2 * 200 + x / 2));
  const std::string png = image::encode_png(rgb, width, height);
  return {png.begin(), png.end()};
}

RunRecord record() {
  RunRecord run;
  run.version = version();
  run.codecs = {"libjpeg-turbo 2.1.5", "libpng 1.6.39",  "libwebp 1.2.4", "libtiff 4.5.0",
                "giflib 5.2.1",        "libheif 1.15.1", "OpenJPEG 2.5.0"};
  run.cpu_level = "avx2";
  run.system = "Linux 6.1.0 x86_64";
  run.command_line = {"ectype",  "scan",     "/evidence/disk 1", "--against",  "known.ectype",
                      "--level", "standard", "--report",         "report.html"};
  run.working_folder = "/evidence";
  run.started = "2026-11-29T09:12:44Z";
  run.ended = "2026-11-29T10:03:21Z";
  run.case_label = "2026-0412 <b>";
  run.operator_name = "A. Examiner";
  run.set_path = "/sets/known.ectype";
  run.set_uuid = "0b0a7f0e-6f3e-4f6a-9d0b-2f4f9a0c7c11";
  run.set_generation = 42;
  run.set_items = 1'204'311;
  run.set_sha256 = std::string(64, 'a');
  run.options = {{"level", "standard"},
                 {"false matches", "1 among a million comparisons of unrelated pictures"},
                 {"largest picture", "200,000,000 pixels"},
                 {"deadline of a file", "60 s"}};
  return run;
}

void write(const std::string& path, std::uint32_t matches, bool pictures) {
  HtmlReportOptions options;
  options.thumbnails = pictures;
  HtmlReport report(path, options);
  RunRecord run = record();
  const auto add = [&](const FileResult& row, const std::vector<std::uint8_t>& png = {}) {
    run.add(row);
    report.add(row, png);
  };
  for (std::uint32_t i = 0; i < matches; ++i)
    add(matched_file(i), pictures ? thumbnail(i) : std::vector<std::uint8_t>());
  for (std::uint32_t i = 0; i < 250; ++i)
    add(other_file(i, Outcome::unsupported, "not a picture that is known here"));
  for (std::uint32_t i = 0; i < 7; ++i)
    add(other_file(i, Outcome::damaged, "the file ends before the picture does"));
  add(other_file(1, Outcome::crashed, "its worker ended twice: signal 11"));
  add(other_file(2, Outcome::timed_out, "took longer than 60 s, twice"));
  add(other_file(3, Outcome::unreadable, "Permission denied"));
  add(other_file(4, Outcome::over_limit, "900,000,000 pixels, more than 200,000,000"));
  for (std::uint32_t i = 0; i < 40; ++i) add(other_file(i, Outcome::hashed, ""));
  add(other_file(5, Outcome::low_quality, "quality 12, less than 50"));
  add(other_file(6, Outcome::skipped, "a symbolic link"));
  report.finish(run);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::fputs("usage: write_report FILE MATCHES none|blurred\n", stderr);
    return 2;
  }
  write(argv[1], static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)),
        argv[3] == std::string("blurred"));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "write_report: %s\n", error.what());
  return 1;
}
