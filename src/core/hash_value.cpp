#include "ectype/hash_value.hpp"

#include <algorithm>

namespace ectype {
namespace {

constexpr std::uint32_t kMostBytes = 1024;

template <typename Hash>
Hash bit_hash(std::span<const std::uint8_t> bytes) {
  typename Hash::Bytes value;
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return Hash::from_bytes(value);
}

std::uint32_t squared_l2(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int difference = int{a[i]} - int{b[i]};
    sum += static_cast<std::uint32_t>(difference * difference);
  }
  return sum;
}

[[noreturn]] void throw_kinds(HashKind a, HashKind b) {
  throw Error(ErrorCode::mismatch,
              "hashes of " + a.to_string() + " and of " + b.to_string() + " cannot be compared");
}

}  // namespace

std::string HashKind::to_string() const {
  return metric == Metric::hamming ? std::to_string(bits()) + " bits"
                                   : std::to_string(bytes) + " bytes";
}

HashValue HashValue::from_bytes(HashKind kind, std::span<const std::uint8_t> bytes) {
  const bool possible = kind.metric == Metric::hamming
                            ? kind.bytes == 8 || kind.bytes == 16 || kind.bytes == 32
                            : kind.bytes >= 1 && kind.bytes <= kMostBytes;
  if (!possible)
    throw Error(ErrorCode::invalid_argument, "there are no hashes of " + kind.to_string() +
                                                 ": give 64, 128 or 256 bits, or 1 to 1024 bytes");
  if (bytes.size() != kind.bytes)
    throw Error(ErrorCode::invalid_argument,
                std::to_string(bytes.size()) + " bytes are not a hash of " + kind.to_string());
  HashValue hash;
  if (kind.metric == Metric::squared_l2) {
    hash.value_ = std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  } else if (kind.bytes == Hash64::bytes) {
    hash.value_ = bit_hash<Hash64>(bytes);
  } else if (kind.bytes == Hash128::bytes) {
    hash.value_ = bit_hash<Hash128>(bytes);
  } else {
    hash.value_ = bit_hash<Hash256>(bytes);
  }
  return hash;
}

HashKind HashValue::kind() const noexcept {
  if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&value_))
    return byte_kind(static_cast<std::uint32_t>(bytes->size()));
  return bit_kind(std::uint32_t{64} << value_.index());
}

std::vector<std::uint8_t> HashValue::to_bytes() const {
  return std::visit(
      [](const auto& value) -> std::vector<std::uint8_t> {
        if constexpr (requires { value.to_bytes(); }) {
          const auto bytes = value.to_bytes();
          return {bytes.begin(), bytes.end()};
        } else {
          return value;
        }
      },
      value_);
}

HashValue HashValue::parse(HashKind kind, std::string_view text) {
  std::vector<std::uint8_t> bytes(std::min(kind.bytes, kMostBytes));
  if (!from_hex(text, bytes))
    throw Error(ErrorCode::invalid_argument, "not a hash of " + kind.to_string() + ": " +
                                                 describe_bad_hex(text, 2 * bytes.size()));
  return from_bytes(kind, bytes);
}

void HashValue::throw_other_kind(HashKind wanted) const { throw_kinds(kind(), wanted); }

std::uint32_t distance(const HashValue& a, const HashValue& b) {
  if (a.kind() != b.kind()) throw_kinds(a.kind(), b.kind());
  const auto hamming = [&]<typename Hash>(const Hash* hash) {
    return static_cast<std::uint32_t>(hamming_distance(*hash, *b.get_if<Hash>()));
  };
  if (const auto* hash = a.get_if<Hash64>()) return hamming(hash);
  if (const auto* hash = a.get_if<Hash128>()) return hamming(hash);
  if (const auto* hash = a.get_if<Hash256>()) return hamming(hash);
  using Bytes = std::vector<std::uint8_t>;
  return squared_l2(*a.get_if<Bytes>(), *b.get_if<Bytes>());
}

}  // namespace ectype
