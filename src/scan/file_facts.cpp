#include "scan/file_facts.hpp"

#include "ectype/error.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
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
  void finish(std::array<std::uint8_t, Size>& out) {
    require(EVP_MD_CTX_get_size(context_.get()) == static_cast<int>(Size) &&
            EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
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

std::int64_t modified_of(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

[[noreturn]] void throw_unreadable(const std::string& path) {
  throw Error(ErrorCode::unreadable, path + ": reading failed: " + std::strerror(errno));
}

}  // namespace

FileFacts read_facts(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw_unreadable(path);
  FileFacts facts;
  facts.modified_ns = modified_of(status);
  Digest md5(EVP_md5());
  Digest sha1(EVP_sha1());
  Digest sha256(EVP_sha256());
  std::vector<std::uint8_t> chunk(kChunk);
  while (true) {
    const ssize_t count =
        ::pread(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(facts.size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_unreadable(path);
    if (count == 0) break;
    const auto bytes = std::span(chunk).first(static_cast<std::size_t>(count));
    md5.add(bytes);
    sha1.add(bytes);
    sha256.add(bytes);
    facts.size += bytes.size();
  }
  md5.finish(facts.md5);
  sha1.finish(facts.sha1);
  sha256.finish(facts.sha256);
  return facts;
}

bool has_changed(int descriptor, const FileFacts& facts) {
  struct stat status {};
  return ::fstat(descriptor, &status) != 0 ||
         static_cast<std::uint64_t>(status.st_size) != facts.size ||
         modified_of(status) != facts.modified_ns;
}

}  // namespace ectype::scan
