// Any bytes as what a scan reads back: as a row of its state and as a worker's answers, which are
// refused with an Error or, written again, the same; and as the state's file, which is refused with
// an Error or gives rows that are whole.
#include "scan/preview.hpp"
#include "scan/result_bytes.hpp"
#include "scan/scan_state.hpp"
#include "scan/unpack_protocol.hpp"
#include "scan/worker_protocol.hpp"

#include "ectype/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace {

using namespace ectype;

/// What is written of what was read is read as the same.
template <typename Read, typename Write>
void read_and_write(std::span<const std::uint8_t> bytes, Read read, Write write) {
  try {
    const auto written = write(read(bytes));
    if (write(read(written)) != written) std::abort();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
}

template <typename Read>
void only_read(Read read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
}

std::filesystem::path state_file() {
  static const std::filesystem::path path =
      std::filesystem::path("/dev/shm") / ("ectype-fuzz-state-" + std::to_string(::getpid()));
  return path;
}

void as_file(std::span<const std::uint8_t> bytes) {
  const auto path = state_file();
  {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  only_read([&] {
    scan::ScanState state(path, "level: standard\n");
    const scan::FileIdentity identity{"1 2.3 4.5"};
    static_cast<void>(state.find("a", scan::kWholeFile, identity));
    static_cast<void>(state.rows_within("a", identity));
    state.put("a", scan::kWholeFile, identity, {});
    if (!state.find("a", scan::kWholeFile, identity)) std::abort();
    state.finish();
  });
  std::filesystem::remove(path);
  std::filesystem::remove(path.string() + "-journal");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  read_and_write(bytes, scan::read_row, scan::row_bytes);
  only_read([&] { static_cast<void>(scan::read_reply(bytes)); });
  only_read([&] { static_cast<void>(scan::read_header_answer(bytes)); });
  only_read([&] { static_cast<void>(scan::read_member_data(bytes, 1000)); });
  only_read([&] { static_cast<void>(scan::read_preview_answer(bytes)); });
  if (size > 15 && std::string(bytes.begin(), bytes.begin() + 15) == "SQLite format 3")
    as_file(bytes);
  return 0;
}
