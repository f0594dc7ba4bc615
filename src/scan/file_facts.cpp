#include "scan/file_facts.hpp"

#include "scan/stopping.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ectype::scan {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  void add(std::span<const std::uint8_t> bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  template <std::size_t Size>
  void finish(std::optional<std::array<std::uint8_t, Size>>& out) {
    require(EVP_MD_CTX_get_size(context_.get()) == static_cast<int>(Size) &&
            EVP_DigestFinal_ex(context_.get(), out.emplace().data(), nullptr) == 1);
  }

 private:
  static void require(bool done) {
    if (!done)
      throw Error(ErrorCode::internal,
                  "OpenSSL does not offer MD5, SHA-1 or SHA-256 here (is it in FIPS mode?); scan "
                  "without digests");
  }

  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

void set_modified(FileFacts& facts, const struct stat& status) {
  facts.modified_seconds = status.st_mtim.tv_sec;
  facts.modified_nanoseconds = static_cast<std::uint32_t>(status.st_mtim.tv_nsec);
}

/// Of the first `size` bytes, or as many as there are.
FileDigests digest(int descriptor, std::uint64_t size, const std::atomic<bool>* stop,
                   std::string& why) {
  Digest md5(EVP_md5());
  Digest sha1(EVP_sha1());
  Digest sha256(EVP_sha256());
  std::vector<std::uint8_t> chunk(kChunk);
  for (std::uint64_t at = 0; at < size;) {
    throw_if_stopping(stop);
    const std::size_t wanted = std::min<std::uint64_t>(chunk.size(), size - at);
    const ssize_t count = ::pread(descriptor, chunk.data(), wanted, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      why = std::string("no digests: reading failed: ") + std::strerror(errno);
      return {};
    }
    if (count == 0) break;
    const auto bytes = std::span(chunk).first(static_cast<std::size_t>(count));
    md5.add(bytes);
    sha1.add(bytes);
    sha256.add(bytes);
    at += bytes.size();
  }
  FileDigests digests;
  md5.finish(digests.md5);
  sha1.finish(digests.sha1);
  sha256.finish(digests.sha256);
  return digests;
}

}  // namespace

FileFacts begin_facts(int descriptor, std::string& why) {
  FileFacts facts;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    why = std::string("no digests: the file cannot be looked at: ") + std::strerror(errno);
    return facts;
  }
  facts.size = static_cast<std::uint64_t>(status.st_size);
  set_modified(facts, status);
  return facts;
}

void add_digests(FileFacts& facts, int descriptor, const ScanOptions& options, std::string& why) {
  if (!why.empty()) return;
  if (facts.size > options.max_digest_bytes)
    why = "no digests: more than " + std::to_string(options.max_digest_bytes) +
          " bytes; allow more with --max-digest-bytes";
  else
    facts.digests = digest(descriptor, facts.size, options.stop, why);
}

std::uint64_t size_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool has_changed(int descriptor, const FileFacts& facts) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return true;
  FileFacts now;
  set_modified(now, status);
  return static_cast<std::uint64_t>(status.st_size) != facts.size ||
         now.modified_seconds != facts.modified_seconds ||
         now.modified_nanoseconds != facts.modified_nanoseconds;
}

FileDigests digests_of(int descriptor, std::string& why) {
  return digest(descriptor, std::numeric_limits<std::uint64_t>::max(), nullptr, why);
}

FileIdentity FileIdentity::of(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw Error(ErrorCode::unreadable, std::strerror(errno));
  const auto moment = [](const timespec& time) {
    return std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
  };
  return {std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
          moment(status.st_mtim) + " " + moment(status.st_ctim)};
}

}  // namespace ectype::scan
