#pragma once

#include "ectype/bit_hash.hpp"
#include "ectype/byte_hash.hpp"
#include "ectype/error.hpp"
#include "ectype/export.hpp"
#include "ectype/keypoint_signature.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ectype {

/// How two hashes are compared.
enum class Metric {
  hamming,        ///< the number of bits that differ
  squared_l2,     ///< the sum of squared differences of bytes
  keypoint_vote,  ///< no distance: `vote` tells how many keypoints agree
};

/// "hamming", "squared_l2", "keypoint_vote".
ECTYPE_API std::string_view to_string(Metric metric) noexcept;
/// The metric of that name. Throws `Error` (invalid_argument).
[[nodiscard]] ECTYPE_API Metric parse_metric(std::string_view name);

/// What a hash consists of. Only hashes of one kind compare.
struct ECTYPE_API HashKind {
  Metric metric = Metric::hamming;
  /// 8, 16 or 32 with `hamming`; 1 to 1024 with `squared_l2`; 0, since keypoints are not always as
  /// many, with `keypoint_vote`.
  std::uint32_t bytes = 0;

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return 8 * bytes; }
  /// The largest distance that two hashes of this kind can have; 0 where they have none.
  [[nodiscard]] constexpr std::uint32_t max_distance() const noexcept {
    if (metric == Metric::keypoint_vote) return 0;
    return metric == Metric::hamming ? bits() : bytes * 255u * 255u;
  }
  /// "256 bits", "256 bytes", "keypoints".
  [[nodiscard]] std::string to_string() const;
  friend constexpr bool operator==(const HashKind&, const HashKind&) = default;
  friend constexpr auto operator<=>(const HashKind&, const HashKind&) = default;
};

[[nodiscard]] constexpr HashKind bit_kind(std::uint32_t bits) noexcept {
  return {Metric::hamming, bits / 8};
}
[[nodiscard]] constexpr HashKind byte_kind(std::uint32_t bytes) noexcept {
  return {Metric::squared_l2, bytes};
}
inline constexpr HashKind kKeypointKind{Metric::keypoint_vote, 0};

/// A hash of any kind, where the algorithm is known at run time only: 64, 128 or 256 bits, up to
/// 1024 bytes, or keypoints. A regular value type. Bytes are those of `BitHash`, `ByteHash` and
/// `KeypointSignature`, and text is their hexadecimal form.
class ECTYPE_API HashValue {
 public:
  HashValue() = default;  ///< 64 zero bits
  template <std::size_t Bits>
  HashValue(const BitHash<Bits>& hash) : value_(hash) {}
  template <std::size_t Bytes>
  HashValue(const ByteHash<Bytes>& hash)
      : value_(std::vector<std::uint8_t>(hash.values().begin(), hash.values().end())) {}
  HashValue(KeypointSignature keypoints) : value_(std::move(keypoints)) {}
  /// Throws `Error` (invalid_argument) unless there are `kind.bytes` bytes of a possible kind; as
  /// `KeypointSignature::from_bytes` for keypoints.
  [[nodiscard]] static HashValue from_bytes(HashKind kind, std::span<const std::uint8_t> bytes);

  [[nodiscard]] HashKind kind() const noexcept;
  [[nodiscard]] std::vector<std::uint8_t> to_bytes() const;
  [[nodiscard]] std::string to_hex() const { return ectype::to_hex(to_bytes()); }
  /// Exactly two hexadecimal digits a byte of the kind. Throws `Error` (invalid_argument).
  [[nodiscard]] static HashValue parse(HashKind kind, std::string_view text);

  /// The `BitHash` or `KeypointSignature` that it is, or null where it is of another kind.
  template <typename Hash>
  [[nodiscard]] const Hash* get_if() const noexcept {
    return std::get_if<Hash>(&value_);
  }
  /// As `get_if`, but throws `Error` (mismatch).
  template <typename Hash>
  [[nodiscard]] const Hash& as() const {
    if (const Hash* hash = get_if<Hash>()) return *hash;
    if constexpr (std::is_same_v<Hash, KeypointSignature>) {
      throw_other_kind(kKeypointKind);
    } else {
      throw_other_kind(bit_kind(Hash::bits));
    }
  }

  friend bool operator==(const HashValue&, const HashValue&) = default;
  friend auto operator<=>(const HashValue&, const HashValue&) = default;

 private:
  [[noreturn]] void throw_other_kind(HashKind wanted) const;

  std::variant<Hash64, Hash128, Hash256, std::vector<std::uint8_t>, KeypointSignature> value_;
};

/// By the metric of their kind. Throws `Error` (mismatch) for hashes of two kinds, and for
/// keypoints, which have no distance.
[[nodiscard]] ECTYPE_API std::uint32_t distance(const HashValue& a, const HashValue& b);

}  // namespace ectype
