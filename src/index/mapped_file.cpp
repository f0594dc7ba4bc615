#include "index/mapped_file.hpp"

#include "core/locked_files.hpp"

#include "ectype/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace ectype::index {

MappedFile::MappedFile(const std::filesystem::path& path) : name_(path.string()) {
  require_no_zero_byte(path.native());
  const auto fail = [&](int number) {
    const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::unreadable;
    throw Error(code, name_ + ": the index cannot be opened: " + std::strerror(number));
  };
  // O_NONBLOCK: opening a FIFO without a writer must not hang.
  const ReadDescriptor descriptor(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!descriptor) fail(errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
    throw Error(ErrorCode::unsupported, name_ + ": is no index of ectype");
  size_ = static_cast<std::size_t>(status.st_size);
  void* const mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
  if (mapped == MAP_FAILED) fail(errno);
  data_ = static_cast<const std::uint8_t*>(mapped);
  // Look-ups go everywhere: reading ahead would only read what is not wanted.
  static_cast<void>(::madvise(mapped, size_, MADV_RANDOM));
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

void MappedFile::verify_from(std::size_t start, std::span<const std::uint64_t> checksums) {
  start_ = start;
  checksums_ = checksums;
  verified_ = std::make_unique<std::atomic<bool>[]>(checksums.size());
}

std::uint64_t MappedFile::checksum(std::span<const std::uint8_t> block, std::uint64_t number) {
  return XXH3_64bits_withSeed(block.data(), block.size(), number);
}

Error MappedFile::damaged(const std::string& what) const {
  return {ErrorCode::damaged, name_ + ": the index is damaged: " + what + "; build it again"};
}

void MappedFile::verify(std::size_t block) const {
  if (block >= checksums_.size()) throw damaged("a place outside of it is referred to");
  const std::span<const std::uint8_t> rest = bytes().subspan(start_ + block * kBlock);
  if (checksum(rest.first(std::min(kBlock, rest.size())), block) != checksums_[block])
    throw damaged("block " + std::to_string(block) + " does not fit its checksum");
  verified_[block].store(true, std::memory_order_release);
}

}  // namespace ectype::index
