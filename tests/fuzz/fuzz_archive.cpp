// Any bytes as an archive: every member is written or refused, within the limits; and the same
// twice.
#include "scan/archive_reader.hpp"

#include "ectype/error.hpp"

#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr std::uint64_t kMostMemberBytes = 1 << 16;
constexpr int kMostMembers = 16;

class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0) std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string read(int archive, int member) {
  ectype::scan::ArchiveReader reader(archive);
  std::string seen;
  for (int i = 0; i < kMostMembers; ++i) {
    const auto header = reader.next();
    if (!header) break;
    seen += header->name + "\n" + std::to_string(header->size.value_or(0)) + "\n";
    const auto data = reader.write(member, kMostMemberBytes);
    if (data.bytes > kMostMemberBytes || ::lseek(member, 0, SEEK_END) > off_t{kMostMemberBytes})
      std::abort();
    seen += std::to_string(data.bytes) + data.reason + "\n";
  }
  return seen + reader.end().damage;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile archive;
  const MemoryFile member;
  if (::write(archive.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
  if (read(archive.get(), member.get()) != read(archive.get(), member.get())) std::abort();
  return 0;
}
