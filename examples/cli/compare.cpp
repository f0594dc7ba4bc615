#include "cli.hpp"
#include "output.hpp"
#include <ectype/algorithms.hpp>
#include <ectype/atomic_file.hpp>
#include <ectype/explain_picture.hpp>
#include <ectype/report.hpp>
#include <ectype/row_text.hpp>
#include <ectype/sign.hpp>
#include <ectype/sign_level.hpp>

#include <memory>
#include <optional>
#include <span>

namespace cli {
namespace {

struct CompareCommand {
  std::string a, b;
  std::string level = "standard";
  std::optional<std::string> algorithm;
  std::optional<int> radius;
  double false_matches = 1;
  bool json = false;
  std::string picture;
  bool clear = false;

  static ectype::Image open(const std::string& path) {
    return ectype::Image::open(std::filesystem::path(path));
  }

  static void warn(const std::string& name, const ectype::Signature& signature) {
    if (!signature.damage.empty())
      std::fprintf(stderr, "ectype: %s is damaged: %s\n", ectype::one_line(name).c_str(),
                   signature.damage.c_str());
  }

  [[nodiscard]] int tell(ectype::Verdict verdict, const std::string& text) const {
    Output out("");
    out.write(text);
    out.commit();
    return verdict == ectype::Verdict::match ? kDone : kNoMatch;
  }

  /// By the hashes of one algorithm.
  [[nodiscard]] int run_strictly() const {
    const std::string name = algorithm.value_or("pdq");
    const int largest = radius.value_or(ectype::find_algorithm(name).default_radius);
    const ectype::Signature first = ectype::sign(open(a), std::span(&name, 1));
    const ectype::Signature second = ectype::sign(open(b), std::span(&name, 1));
    warn(a, first);
    warn(b, second);
    const ectype::Comparison comparison = compare(first, second, largest);
    return tell(comparison.verdict,
                json ? comparison_json(a, b, comparison) : explain(comparison, largest) + "\n");
  }

  void draw(const ectype::Image& image_a, const ectype::Signature& first,
            const ectype::Image& image_b, const ectype::Signature& second,
            const ectype::LevelComparison& comparison) const {
    ectype::AtomicFile file(picture);
    file.write(explain_picture(image_a, first, image_b, second, comparison,
                               clear ? ectype::Sharpness::clear : ectype::Sharpness::blurred));
    file.commit();
  }

  [[nodiscard]] int run() const {
    ectype::MatchOptions options;
    options.level = ectype::parse_level(level);
    options.false_matches_per_million = false_matches;
    if (algorithm || radius || options.level == ectype::Level::strict) {
      if (!picture.empty())
        throw ectype::Error(ectype::ErrorCode::invalid_argument,
                            "--explain draws the evidence of a level; give --level standard or "
                            "thorough");
      return run_strictly();
    }
    const ectype::Image image_a = open(a);
    const ectype::Image image_b = open(b);
    const ectype::Signature first = sign(image_a, options.level, ectype::Purpose::query);
    const ectype::Signature second = sign(image_b, options.level, ectype::Purpose::store);
    warn(a, first);
    warn(b, second);
    const ectype::LevelComparison comparison = compare(first, second, options);
    if (!picture.empty()) draw(image_a, first, image_b, second, comparison);
    return tell(comparison.verdict,
                json ? comparison_json(a, b, comparison) : explain(comparison) + "\n");
  }
};

}  // namespace

void add_compare(CLI::App& app, int& status) {
  const auto command = std::make_shared<CompareCommand>();
  CLI::App& sub = *app.add_subcommand(
      "compare", "Tell whether two pictures are copies, and why: A as a scan would find it in B");
  sub.add_option("A", command->a, "A picture")->required();
  sub.add_option("B", command->b, "Another picture")->required();
  CLI::Option* level =
      sub.add_option("--level", command->level, "strict, standard, or thorough: see scan")
          ->check(CLI::IsMember({"strict", "standard", "thorough"}))
          ->capture_default_str();
  sub.add_option("--false-matches", command->false_matches,
                 "To expect of a million comparisons of unrelated pictures, above level strict")
      ->check(CLI::Range(0.001, 100.0))
      ->capture_default_str();
  sub.add_option("-a,--algorithm", command->algorithm, "By one hash algorithm, instead of a level")
      ->excludes(level);
  sub.add_option("--radius", command->radius,
                 "By one hash (PDQ by default): largest distance of a match, inclusive")
      ->check(CLI::NonNegativeNumber)
      ->excludes(level);
  sub.add_flag("--json", command->json, "One JSON object");
  CLI::Option* explain = sub.add_option(
      "--explain", command->picture,
      "Also draw why, as a new PNG file: both pictures gray and blurred, the parts that agree");
  sub.add_flag("--clear", command->clear, "Of --explain: not blurred")->needs(explain);
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
