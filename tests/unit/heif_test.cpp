#include "image/heif_transforms.hpp"
#include "support/pictures.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <libheif/heif.h>

namespace {

using namespace ectype;
using image::HeifTransform;
using Bytes = std::vector<std::uint8_t>;
using Transforms = std::optional<std::vector<HeifTransform>>;

constexpr HeifTransform turn(int quarters) {
  return {HeifTransform::Kind::rotate, static_cast<std::uint8_t>(quarters)};
}
constexpr HeifTransform kTopBottom{HeifTransform::Kind::mirror, 0};
constexpr HeifTransform kLeftRight{HeifTransform::Kind::mirror, 1};
constexpr HeifTransform kCrop{HeifTransform::Kind::crop, 0};

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes number(std::uint64_t value, int bytes) {
  Bytes out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return out;
}

Bytes box(std::string_view type, const Bytes& payload) {
  return number(payload.size() + 8, 4) + Bytes(type.begin(), type.end()) + payload;
}

Bytes full_box(std::string_view type, std::uint8_t version, std::uint32_t flags,
               const Bytes& payload) {
  return box(type, Bytes{version} + number(flags, 3) + payload);
}

Bytes primary(std::uint32_t item) { return full_box("pitm", 0, 0, number(item, 2)); }

using Entry = std::pair<std::uint32_t, std::vector<std::uint32_t>>;

Bytes associations(std::initializer_list<Entry> entries, int version = 0, int flags = 0) {
  Bytes payload = number(entries.size(), 4);
  for (const auto& [item, indices] : entries) {
    payload = payload + number(item, version == 0 ? 2 : 4) + number(indices.size(), 1);
    for (const std::uint32_t index : indices)  // marked as essential
      payload = payload + (flags == 0 ? number(0x80 | index, 1) : number(0x8000 | index, 2));
  }
  return full_box("ipma", static_cast<std::uint8_t>(version), static_cast<std::uint32_t>(flags),
                  payload);
}

/// Properties 1 to 8 of `file`.
Bytes properties() {
  return box("ispe", Bytes(12)) + box("irot", {0}) + box("irot", {1}) + box("irot", {2}) +
         box("irot", {0xFF}) + box("imir", {0}) + box("imir", {0xFF}) + box("clap", Bytes(32));
}

Bytes file(const Bytes& pitm, const Bytes& ipma, const Bytes& ipco = properties()) {
  return box("ftyp", Bytes(8)) +
         full_box("meta", 0, 0,
                  box("hdlr", Bytes(24)) + pitm + box("iprp", box("ipco", ipco) + ipma));
}

Transforms transforms_of(const Bytes& bytes) {
  return image::heif_transforms(*image::open_memory(bytes));
}

TEST(HeifTransforms, AreFoundInTheirOrder) {
  const std::vector<HeifTransform> expected{turn(1), kLeftRight, kCrop, turn(3), kTopBottom};
  for (const int version : {0, 1}) {
    for (const int flags : {0, 1}) {
      const Bytes ipma =
          associations({{1, {2}}, {7, {1, 3, 0, 7, 8, 5, 6}}, {9, {4}}}, version, flags);
      EXPECT_EQ(transforms_of(file(primary(7), ipma)), expected) << version << flags;
    }
  }
  const Bytes wide = associations({{0x10001, {4}}}, 1);
  const Bytes pitm = full_box("pitm", 1, 0, number(0x10001, 4));
  EXPECT_EQ(transforms_of(file(pitm, wide)), Transforms({turn(2)}));
}

TEST(HeifTransforms, SeveralAssociationBoxes) {
  const Bytes ipma = associations({{1, {2}}}, 1) + associations({{2, {3}}}, 0, 1);
  EXPECT_EQ(transforms_of(file(primary(2), ipma)), Transforms({turn(1)}));
}

TEST(HeifTransforms, PropertyBeyondTheNarrowIndices) {
  Bytes many = properties();
  for (int i = 9; i < 300; ++i) many = many + box("free", {});
  many = many + box("irot", {3});
  EXPECT_EQ(transforms_of(file(primary(1), associations({{1, {300}}}, 0, 1), many)),
            Transforms({turn(3)}));
}

TEST(HeifTransforms, NoneIsNotMalformed) {
  const Transforms none = std::vector<HeifTransform>{};
  EXPECT_EQ(transforms_of(file(primary(1), associations({{1, {1}}}))), none);
  EXPECT_EQ(transforms_of(file(primary(1), associations({{2, {3}}}))), none);
  EXPECT_EQ(transforms_of(file(primary(1), {})), none);
  EXPECT_EQ(transforms_of(full_box("meta", 0, 0, primary(1))), none);
}

TEST(HeifTransforms, MalformedIsNotTold) {
  const Bytes ipma = associations({{1, {3}}});
  EXPECT_EQ(transforms_of({}), std::nullopt);
  EXPECT_EQ(transforms_of(box("ftyp", Bytes(8))), std::nullopt);
  EXPECT_EQ(transforms_of(box("meta", {0, 0})), std::nullopt);
  EXPECT_EQ(transforms_of(file({}, ipma)), std::nullopt) << "no primary item";
  EXPECT_EQ(transforms_of(file(full_box("pitm", 1, 0, {0, 1}), ipma)), std::nullopt);
  EXPECT_EQ(transforms_of(file(primary(1), ipma) + file(primary(1), ipma)), std::nullopt);
  EXPECT_EQ(transforms_of(file(primary(1), associations({{1, {9}}}))), std::nullopt);
  EXPECT_EQ(transforms_of(file(primary(1), ipma, {})), std::nullopt);
  EXPECT_EQ(transforms_of(file(primary(1), associations({{1, {1}}}), box("irot", {}))),
            std::nullopt);
  EXPECT_EQ(transforms_of(file(primary(1), box("ipma", {0, 0}))), std::nullopt);
  const Bytes entry_that_is_cut{0, 0, 0, 1, 0, 1, 4, 3};
  EXPECT_EQ(transforms_of(file(primary(1), full_box("ipma", 0, 0, entry_that_is_cut))),
            std::nullopt);
}

TEST(HeifTransforms, EveryCutAndManyFlipsAreSurvived) {
  const Bytes whole = file(primary(7), associations({{1, {2}}, {7, {1, 3, 7}}}, 1, 1));
  for (std::size_t size = 0; size < whole.size(); ++size)
    static_cast<void>(transforms_of(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))));
  Bytes flipped = whole;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int mask : {1, 0x80, 0xFF}) {
      flipped[at] = static_cast<std::uint8_t>(whole[at] ^ mask);
      const Transforms found = transforms_of(flipped);
      EXPECT_LE(found ? found->size() : 0, 255u);
    }
    flipped[at] = whole[at];
  }
}

TEST(HeifOrientation, EveryComposition) {
  const auto of = [](std::vector<HeifTransform> list) { return image::heif_orientation(list); };
  EXPECT_EQ(of({}), 1);
  const int turned[] = {1, 8, 3, 6};
  const int left_right_first[] = {2, 5, 4, 7};
  const int top_bottom_first[] = {4, 7, 2, 5};
  for (int n = 0; n < 4; ++n) {
    const int back = (4 - n) % 4;
    EXPECT_EQ(of({turn(n)}), turned[n]) << n;
    EXPECT_EQ(of({kLeftRight, turn(n)}), left_right_first[n]) << n;
    EXPECT_EQ(of({turn(n), kLeftRight}), left_right_first[back]) << n;
    EXPECT_EQ(of({kTopBottom, turn(n)}), top_bottom_first[n]) << n;
    EXPECT_EQ(of({turn(n), kTopBottom}), top_bottom_first[back]) << n;
    EXPECT_EQ(of({turn(n), kLeftRight, kTopBottom}), turned[(n + 2) % 4]) << n;
    EXPECT_EQ(of({turn(n), turn(back)}), 1) << n;
  }
  EXPECT_EQ(of({turn(1), kCrop}), std::nullopt);
}

/// An AVIF of 16 x 8 pixels with alpha; the picture and the alpha share two boxes irot of no turn.
Bytes small_avif() {
  constexpr std::string_view kHex =
      "0000001c667479706176696600000000617669666d6966316d696166000001876d65746100000000000000286864"
      "6c720000000000000000706963740000000000000000000000006c696261766966000000000e7069746d00000000"
      "00010000002c696c6f630000000044000002000100000001000001c600000026000200000001000001ab0000001b"
      "0000004269696e660000000000020000001a696e6665020000000001000061763031436f6c6f72000000001a696e"
      "6665020000000002000061763031416c706861000000001a69726566000000000000000e6175786c000200010001"
      "000000bd69707270000000936970636f00000014697370650000000000000010000000080000000e706978690000"
      "000001080000000c6176314381001c0000000013636f6c726e636c780001000d0006800000003861757843000000"
      "0075726e3a6d7065673a6d706567423a636963703a73797374656d733a617578696c696172793a616c7068610000"
      "00000969726f74000000000969726f74000000002269706d61000000000000000200010601028304868700020601"
      "0283058687000000496d64617412000a05180cbfb2a832101000a4ee0455c44b5ddcd98ee5d7c98012000a08180c"
      "bfb2c04341a832181500000100fb1d628b527ed8c67d606c5dec21b3fd018abe";
  Bytes out;
  for (std::size_t i = 0; i < kHex.size(); i += 2)
    out.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(kHex.substr(i, 2)), nullptr, 16)));
  return out;
}

/// Overwrites from the first `type` after `from`; gives the place.
std::size_t overwrite(Bytes& bytes, std::string_view type, std::size_t from, const Bytes& with) {
  const auto found =
      std::search(bytes.begin() + std::ptrdiff_t(from), bytes.end(), type.begin(), type.end());
  if (found == bytes.end()) throw std::runtime_error("no such box");
  std::copy(with.begin(), with.end(), found);
  return static_cast<std::size_t>(found - bytes.begin());
}

TEST(Heif, StoredRowsDoNotTurnWithThePicture) {
  if (heif_have_decoder_for_format(heif_compression_AV1) == 0)
    GTEST_SKIP() << "this libheif has no decoder for AVIF";
  for (const bool alpha : {true, false}) {
    Bytes bytes = small_avif();
    if (!alpha) overwrite(bytes, "auxl", 0, {'n', 'o', 'n', 'e'});
    const std::size_t first = overwrite(bytes, "irot", 0, {});
    const std::size_t second = overwrite(bytes, "irot", first + 1, {});
    const auto stored = support::luma_of(Image::open(bytes));
    ASSERT_NE(*std::min_element(stored.begin(), stored.end()),
              *std::max_element(stored.begin(), stored.end()));
    for (std::uint8_t quarters = 0; quarters < 4; ++quarters) {
      for (const HeifTransform& then : {turn(0), kTopBottom, kLeftRight}) {
        const bool mirrors = then.kind == HeifTransform::Kind::mirror;
        overwrite(bytes, "irot", first, {'i', 'r', 'o', 't', quarters});
        const Bytes type = mirrors ? Bytes{'i', 'm', 'i', 'r'} : Bytes{'i', 'r', 'o', 't'};
        std::copy(type.begin(), type.end(), bytes.begin() + std::ptrdiff_t(second));
        bytes[second + 4] = then.value;
        const Image image = Image::open(bytes);
        EXPECT_EQ(image.info().width, 16u);
        EXPECT_EQ(image.info().height, 8u);
        EXPECT_EQ(image.info().has_alpha, alpha);
        EXPECT_TRUE(image.info().warnings.empty());
        const std::vector<HeifTransform> both{turn(quarters), then};
        EXPECT_EQ(image.info().orientation, image::heif_orientation(both));
        EXPECT_EQ(support::luma_of(image), stored) << image.info().orientation;
      }
    }
  }
}

}  // namespace
