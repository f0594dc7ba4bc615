#include "ectype/hash_value.hpp"

#include "ectype/text.hpp"

#include <algorithm>
#include <array>

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

constexpr std::array kMetricNames{"hamming", "squared_l2", "keypoint_vote"};

bool is_possible(HashKind kind) {
  switch (kind.metric) {
    case Metric::hamming:
      return kind.bytes == 8 || kind.bytes == 16 || kind.bytes == 32;
    case Metric::squared_l2:
      return kind.bytes >= 1 && kind.bytes <= kMostBytes;
    case Metric::keypoint_vote:
      return kind.bytes == 0;
  }
  return false;
}

}  // namespace

std::string_view to_string(Metric metric) noexcept {
  return kMetricNames[static_cast<std::size_t>(metric)];
}

Metric parse_metric(std::string_view name) {
  const auto found = std::find(kMetricNames.begin(), kMetricNames.end(), name);
  if (found == kMetricNames.end())
    throw Error(
        ErrorCode::invalid_argument,
        quote_start(name) + " is no metric; give 'hamming', 'squared_l2' or 'keypoint_vote'");
  return static_cast<Metric>(found - kMetricNames.begin());
}

std::string HashKind::to_string() const {
  if (metric == Metric::keypoint_vote) return "keypoints";
  return metric == Metric::hamming ? std::to_string(bits()) + " bits"
                                   : std::to_string(bytes) + " bytes";
}

HashValue HashValue::from_bytes(HashKind kind, std::span<const std::uint8_t> bytes) {
  if (!is_possible(kind))
    throw Error(ErrorCode::invalid_argument, "there are no hashes of " + kind.to_string() +
                                                 ": give 64, 128 or 256 bits, or 1 to 1024 bytes");
  if (kind == kKeypointKind) return KeypointSignature::from_bytes(bytes);
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
  if (std::holds_alternative<KeypointSignature>(value_)) return kKeypointKind;
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
  // Keypoints are as many as the text has.
  std::vector<std::uint8_t> bytes(kind == kKeypointKind ? text.size() / 2
                                                        : std::min(kind.bytes, kMostBytes));
  if (!from_hex(text, bytes))
    throw Error(ErrorCode::invalid_argument, "not a hash of " + kind.to_string() + ": " +
                                                 describe_bad_hex(text, 2 * bytes.size()));
  return from_bytes(kind, bytes);
}

void HashValue::throw_other_kind(HashKind wanted) const { throw_kinds(kind(), wanted); }

std::uint32_t distance(const HashValue& a, const HashValue& b) {
  if (a.kind() != b.kind() || a.kind() == kKeypointKind) throw_kinds(a.kind(), b.kind());
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
