#include "ectype/file_digests.hpp"

namespace ectype {

std::string_view to_string(DigestKind kind) noexcept {
  switch (kind) {
    case DigestKind::md5:
      return "md5";
    case DigestKind::sha1:
      return "sha1";
    case DigestKind::sha256:
      return "sha256";
  }
  return "unknown";
}

std::optional<DigestKind> same_bytes(const FileDigests& a, const FileDigests& b) noexcept {
  std::optional<DigestKind> strongest;
  bool differ = false;
  const auto look_at = [&](const auto& one, const auto& other, DigestKind kind) {
    if (!one || !other) return;
    differ |= *one != *other;
    strongest = kind;
  };
  look_at(a.md5, b.md5, DigestKind::md5);
  look_at(a.sha1, b.sha1, DigestKind::sha1);
  look_at(a.sha256, b.sha256, DigestKind::sha256);
  return differ ? std::nullopt : strongest;
}

}  // namespace ectype
