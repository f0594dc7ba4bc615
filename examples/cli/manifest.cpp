#include "manifest.hpp"

#include "run_record.hpp"
#include <ectype/atomic_file.hpp>
#include <ectype/error.hpp>
#include <ectype/row_text.hpp>
#include <ectype/text.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr int kMostDepth = 8;

std::string name_from(const fs::path& folder, const fs::path& file) {
  return fs::weakly_canonical(file).lexically_relative(folder).string();
}

fs::path folder_of(const std::string& manifest) {
  return fs::weakly_canonical(fs::absolute(manifest)).parent_path();
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw ectype::Error(ectype::ErrorCode::unsupported, path + ": is no manifest of ectype: " + why);
}

Json read(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    throw ectype::Error(ectype::ErrorCode::not_found, path + ": no such manifest");
  if (fs::file_size(path, error) > kMostBytes) refuse(path, "it is too large");
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file)
    throw ectype::Error(ectype::ErrorCode::unreadable, path + ": the manifest cannot be read");
  bool too_deep = false;
  const auto keep = [&](int depth, Json::parse_event_t, const Json&) {
    too_deep |= depth > kMostDepth;
    return depth <= kMostDepth;
  };
  Json json = Json::parse(text, keep, false);
  if (too_deep) refuse(path, "it is too deep");
  if (!json.is_object() || !json.contains("manifest")) refuse(path, "it has no \"manifest\"");
  return std::move(json["manifest"]);
}

/// The bytes of a name that `put_name` wrote.
std::string name_in(const std::string& path, const Json& entry) {
  if (entry.contains("name_base64")) {
    const auto bytes = ectype::from_base64(entry["name_base64"].get<std::string>());
    if (!bytes) refuse(path, "a name is malformed");
    return *bytes;
  }
  return entry.at("name").get<std::string>();
}

std::string problem_of(const fs::path& file, const Json& entry) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return "is missing";
  const std::uintmax_t size = fs::file_size(file, error);
  if (size != entry.at("size").get<std::uintmax_t>())
    return "has changed: " + std::to_string(size) + " bytes";
  return sha256_of(file.string()) == entry.at("sha256").get<std::string>() ? "" : "has changed";
}

}  // namespace

std::string write_manifest(ectype::AtomicFile& file, const std::string& path,
                           const std::vector<std::string>& outputs, const ectype::RunRecord& run) {
  const fs::path folder = folder_of(path);
  Json manifest{{"ectype", run.version}, {"ended", run.ended}, {"outputs", Json::array()}};
  for (const std::string& output : outputs) {
    const ectype::NameText name = ectype::name_for_json(name_from(folder, output));
    Json entry{{"name", name.text}};
    if (!name.base64.empty()) entry["name_base64"] = name.base64;
    entry["size"] = fs::file_size(output);
    entry["sha256"] = sha256_of(output);
    manifest["outputs"].push_back(std::move(entry));
  }
  file.write(Json{{"manifest", manifest}}.dump(-1, ' ', false, Json::error_handler_t::replace) +
             "\n");
  file.commit();
  return sha256_of(path);
}

std::vector<VerifiedOutput> verify_manifest(const std::string& path) {
  const Json manifest = read(path);
  const fs::path folder = folder_of(path);
  std::vector<VerifiedOutput> outputs;
  try {
    for (const Json& entry : manifest.at("outputs")) {
      const std::string name = name_in(path, entry);
      if (name.find('\0') != std::string::npos || fs::path(name).is_absolute())
        refuse(path, "it names files by more than their place beside it");
      if (!entry.at("size").is_number_unsigned()) refuse(path, "a size is no number of bytes");
      outputs.push_back({name, problem_of(folder / name, entry)});
    }
  } catch (const Json::exception& error) {
    refuse(path, error.what());
  }
  if (outputs.empty()) refuse(path, "it names no file");
  return outputs;
}

}  // namespace cli
