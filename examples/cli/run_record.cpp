#include "run_record.hpp"

#include <ectype/cpu.hpp>
#include <ectype/image.hpp>
#include <ectype/text.hpp>
#include <ectype/version.hpp>

#include <ctime>
#include <filesystem>
#include <system_error>

#include <sys/utsname.h>

namespace cli {
namespace {

std::vector<std::string>& command_line() {
  static std::vector<std::string> words;
  return words;
}

std::string system_name() {
  utsname name{};
  if (::uname(&name) != 0) return {};
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

}  // namespace

void set_command_line(int argc, char** argv) { command_line().assign(argv, argv + argc); }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string sha256_of(const std::string& path) {
  return ectype::to_hex(*ectype::digest_file(path).sha256);
}

ectype::RunRecord begin_record(const ectype::ScanOptions& options, const std::string& set_sha256) {
  ectype::RunRecord run;
  run.version = ectype::version();
  run.codecs = ectype::codec_versions();
  run.cpu_level = to_string(ectype::active_cpu_level());
  run.system = system_name();
  run.command_line = command_line();
  std::error_code error;
  run.working_folder = std::filesystem::current_path(error).string();
  run.started = utc_now();
  run.options = describe(options);
  if (options.against == nullptr) return run;
  const ectype::HashSetInfo set = options.against->info();
  run.set_path = options.against->path().string();
  run.set_uuid = set.uuid;
  run.set_generation = set.generation;
  run.set_items = set.items;
  run.set_sha256 = set_sha256;
  return run;
}

}  // namespace cli
