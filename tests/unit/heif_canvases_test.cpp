#include "image/heif_canvases.hpp"

#include "ectype/error.hpp"
#include "ectype/image.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ectype;
using image::HeifCanvas;
using Bytes = std::vector<std::uint8_t>;
using Canvases = std::vector<HeifCanvas>;

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes text(std::string_view name) { return {name.begin(), name.end()}; }

Bytes number(std::uint64_t value, int bytes) {
  Bytes out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return out;
}

Bytes box(std::string_view type, const Bytes& payload) {
  return number(payload.size() + 8, 4) + text(type) + payload;
}

Bytes full_box(std::string_view type, std::uint8_t version, const Bytes& payload) {
  return box(type, Bytes{version, 0, 0, 0} + payload);
}

/// The data of a grid of one tile, in numbers of 16 or 32 bits.
Bytes grid(std::uint64_t width, std::uint64_t height, bool wide = false) {
  const int bytes = wide ? 4 : 2;
  return Bytes{0, wide ? std::uint8_t{1} : std::uint8_t{0}, 0, 0} + number(width, bytes) +
         number(height, bytes);
}

Bytes overlay(std::uint64_t width, std::uint64_t height) {
  return Bytes(10) + number(width, 2) + number(height, 2) + Bytes(4);
}

Bytes item(std::uint64_t id, std::string_view type, std::uint8_t version = 2) {
  return full_box("infe", version,
                  number(id, version == 3 ? 4 : 2) + Bytes(2) + text(type) + Bytes(1));
}

Bytes items(const Bytes& entries, std::uint64_t count) {
  return full_box("iinf", 0, number(count, 2) + entries);
}

struct Extent {
  std::uint64_t offset, length;
};

/// One entry of iloc, of version 1, with offsets and lengths of 4 bytes.
Bytes entry(std::uint64_t id, int method, std::uint64_t base, const std::vector<Extent>& extents) {
  Bytes out = number(id, 2) + number(static_cast<std::uint64_t>(method), 2) + Bytes(2) +
              number(base, 4) + number(extents.size(), 2);
  for (const Extent& extent : extents)
    out = out + number(extent.offset, 4) + number(extent.length, 4);
  return out;
}

Bytes locations(const Bytes& entries, std::uint64_t count) {
  return full_box("iloc", 1, Bytes{0x44, 0x40} + number(count, 2) + entries);
}

Bytes brands() { return box("ftyp", text("heic") + Bytes(4) + text("mif1heic")); }

/// With the primary item 2, of 48 x 40 pixels as its property says.
Bytes file(const Bytes& iinf, const Bytes& iloc, const Bytes& idat) {
  const Bytes properties = box("ispe", Bytes(4) + number(48, 4) + number(40, 4));
  const Bytes association = number(1, 4) + number(2, 2) + Bytes{1, 0x81};
  return brands() +
         full_box("meta", 0,
                  full_box("hdlr", 0, Bytes(4) + text("pict") + Bytes(13)) +
                      full_box("pitm", 0, number(2, 2)) + box("idat", idat) + iloc + iinf +
                      box("iprp", box("ipco", properties) + full_box("ipma", 0, association)));
}

Canvases canvases_of(const Bytes& bytes) {
  return image::heif_canvases(*image::open_memory(bytes));
}

Bytes grid_in_idat(std::uint64_t width, std::uint64_t height, bool wide = false) {
  const Bytes data = grid(width, height, wide);
  return file(items(item(2, "grid"), 1), locations(entry(2, 1, 0, {{3, data.size()}}), 1),
              Bytes(3) + data);
}

TEST(HeifCanvases, OfGridsAndOverlays) {
  EXPECT_EQ(canvases_of(grid_in_idat(12288, 10240)), (Canvases{{12288, 10240}}));
  EXPECT_EQ(canvases_of(grid_in_idat(70000, 80000, true)), (Canvases{{70000, 80000}}));
  const Bytes data = grid(30, 20) + overlay(50, 60);
  const Bytes both = file(
      items(item(1, "hvc1") + item(2, "grid") + item(9, "iovl", 3), 3),
      locations(entry(1, 0, 0, {{0, 9}}) + entry(9, 1, 4, {{4, 18}}) + entry(2, 1, 0, {{0, 8}}), 3),
      data);
  EXPECT_EQ(canvases_of(both), (Canvases{{50, 60}, {30, 20}}));
}

TEST(HeifCanvases, FromSeveralExtentsAndFromTheFile) {
  const Bytes data = grid(30, 20);
  EXPECT_EQ(
      canvases_of(file(
          items(item(2, "grid"), 1), locations(entry(2, 1, 0, {{0, 5}, {6, 3}}), 1),
          Bytes(data.begin(), data.begin() + 5) + Bytes(1) + Bytes(data.begin() + 5, data.end()))),
      (Canvases{{30, 20}}));
  const Bytes before = file(items(item(2, "grid"), 1), locations(entry(2, 0, 0, {{0, 8}}), 1), {});
  const Bytes whole =
      file(items(item(2, "grid"), 1), locations(entry(2, 0, before.size(), {{0, 8}}), 1), {});
  EXPECT_EQ(canvases_of(whole + data), (Canvases{{30, 20}}));
}

// From the second byte of eight on, and the first of the box behind them, which libheif reads too.
TEST(HeifCanvases, FromBeyondTheEndOfTheirBox) {
  EXPECT_EQ(canvases_of(file(items(item(2, "grid"), 1), locations(entry(2, 1, 1, {{0, 8}}), 1),
                             {0, 0, 0, 0, 0, 0x30, 0, 0x28})),
            (Canvases{{12288, 10240}}));
}

TEST(HeifCanvases, NoneWhereTheBoxesDoNotTell) {
  EXPECT_EQ(canvases_of({}), Canvases{});
  EXPECT_EQ(canvases_of(brands()), Canvases{});
  const Bytes grids = items(item(2, "grid"), 1);
  EXPECT_EQ(canvases_of(file(items(item(2, "hvc1"), 1), {}, {})), Canvases{});
  EXPECT_EQ(canvases_of(file(grids, {}, grid(30, 20))), Canvases{});
  EXPECT_EQ(canvases_of(file(grids, locations(entry(2, 1, 0, {{0, 7}}), 1), grid(30, 20))),
            Canvases{});
  EXPECT_EQ(canvases_of(file(grids, locations(entry(2, 1, 1 << 20, {{0, 8}}), 1), grid(30, 20))),
            Canvases{});
  EXPECT_EQ(canvases_of(file(grids, locations(entry(2, 2, 0, {{0, 8}}), 1), grid(30, 20))),
            Canvases{})
      << "the data of another item";
}

/// Entries of no bytes an extent would otherwise be walked 65535 times each.
TEST(HeifCanvases, ManyExtentsEndTheTable) {
  Bytes entries;
  for (int i = 0; i < 100'000; ++i)
    entries = std::move(entries) + Bytes{0, 2, 0, 1, 0, 0, 0xFF, 0xFF};
  const Bytes iloc = full_box("iloc", 2, Bytes{0, 0} + number(100'000, 4) + entries);
  EXPECT_LE(canvases_of(file(items(item(2, "grid"), 1), iloc, grid(30, 20))).size(), 1u);
}

TEST(HeifCanvases, EveryCutAndManyFlipsAreSurvived) {
  const Bytes whole = grid_in_idat(30, 20);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_LE(canvases_of(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))).size(), 1u);
  Bytes flipped = whole;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int mask : {1, 0x80, 0xFF}) {
      flipped[at] = static_cast<std::uint8_t>(whole[at] ^ mask);
      EXPECT_LE(canvases_of(flipped).size(), 1u);
    }
    flipped[at] = whole[at];
  }
}

/// The fuzzer found one: 1070 bytes of 48 x 40 pixels took 1.5 GB.
TEST(Heif, TheLimitHoldsForAGridThatIsLargerThanItsHeaderSays) {
  Limits limits;
  limits.max_pixels = 1 << 16;
  const auto code_of = [&](const Bytes& bytes) {
    try {
      return std::string(to_string(Image::open(bytes, limits).info().format));
    } catch (const Error& error) {
      return std::string(to_string(error.code()));
    }
  };
  EXPECT_EQ(code_of(grid_in_idat(12288, 10240)), "over_limit");
  EXPECT_EQ(code_of(grid_in_idat(48, 40)), "heif");
}

}  // namespace
