#include "image/hevc_sps.hpp"

#include <cstddef>
#include <vector>

namespace ectype::image {
namespace {

constexpr std::size_t kHeaderBytes = 2;
constexpr int kSequenceParameterSet = 33;
/// The size stands near the front.
constexpr std::size_t kMostBytes = 1024;

/// Without the third byte of each 00 00 03, which is there so that no start code appears.
std::vector<std::uint8_t> payload(std::span<const std::uint8_t> unit) {
  std::vector<std::uint8_t> bytes;
  int zeros = 0;
  for (const std::uint8_t byte : unit) {
    if (bytes.size() == kMostBytes) break;
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    bytes.push_back(byte);
  }
  return bytes;
}

/// Bits, the highest of a byte first; beyond the end there are zeros.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    for (; count > 0; --count) value = value << 1 | bit();
    return value;
  }
  void skip(unsigned count) { at_ += count; }
  /// An Exp-Golomb code of order 0; none of HEVC has more than 31 leading zeros.
  std::uint64_t exp_golomb() {
    unsigned zeros = 0;
    while (zeros < 32 && bit() == 0) ++zeros;
    if (zeros == 32) at_ = 8 * bytes_.size() + 1;
    return (std::uint64_t{1} << zeros) - 1 + bits(zeros);
  }
  [[nodiscard]] bool is_beyond() const { return at_ > 8 * bytes_.size(); }

 private:
  std::uint32_t bit() {
    const std::size_t byte = at_ / 8;
    const std::uint32_t value = byte < bytes_.size() ? bytes_[byte] >> (7 - at_ % 8) & 1 : 0;
    ++at_;
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

/// 7.3.3
void skip_profile_tier_level(BitReader& reader, std::uint32_t sub_layers) {
  constexpr unsigned profile_bits = 88;
  constexpr unsigned level_bits = 8;
  reader.skip(profile_bits + level_bits);
  std::vector<unsigned> present;
  for (std::uint32_t i = 0; i < sub_layers; ++i) {
    const bool profile = reader.bits(1) != 0;
    const bool level = reader.bits(1) != 0;
    present.push_back((profile ? profile_bits : 0) + (level ? level_bits : 0));
  }
  if (sub_layers > 0) reader.skip(2 * (8 - sub_layers));
  for (const unsigned bits : present) reader.skip(bits);
}

}  // namespace

std::optional<CodedSize> hevc_coded_size(std::span<const std::uint8_t> unit) {
  if (unit.size() < kHeaderBytes) return std::nullopt;
  const int type = unit[0] >> 1 & 0x3F;
  const int layer = (unit[0] & 1) << 5 | unit[1] >> 3;
  if (type != kSequenceParameterSet || layer != 0) return std::nullopt;
  const std::vector<std::uint8_t> bytes = payload(unit.subspan(kHeaderBytes));
  BitReader reader(bytes);
  reader.skip(4);  // of which video parameter set
  const std::uint32_t sub_layers = reader.bits(3);
  reader.skip(1);  // whether temporal layers are nested
  skip_profile_tier_level(reader, sub_layers);
  reader.exp_golomb();  // its number
  constexpr std::uint64_t yuv_444 = 3;
  if (reader.exp_golomb() == yuv_444) reader.skip(1);  // whether the planes are coded apart
  const std::uint64_t width = reader.exp_golomb();
  const std::uint64_t height = reader.exp_golomb();
  if (reader.is_beyond()) return std::nullopt;
  return CodedSize{width, height};
}

}  // namespace ectype::image
