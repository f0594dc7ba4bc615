#include "index/bucket_search.hpp"
#include "index/index_file.hpp"
#include "support/hashes.hpp"
#include "support/repeats.hpp"
#include "support/temporary.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

// The checksums of an index file have no key: these files have right ones and are wrong otherwise.

namespace {

using namespace ectype;
using index::Header;
using index::MappedFile;
using index::Section;
using index::SectionKind;
using support::TemporaryFolder;

constexpr int kRadius = 9;
using Random = std::mt19937_64;

/// An index file in parts that can be changed.
struct Forged {
  Header header{};
  std::vector<Section> sections;
  std::string data;

  explicit Forged(const std::string& file) {
    std::memcpy(&header, file.data(), sizeof header);
    sections.resize(header.sections);
    std::memcpy(sections.data(), file.data() + sizeof header, sections.size() * sizeof(Section));
    data = file.substr(header.data);
  }

  [[nodiscard]] std::string file() const {
    std::string head(reinterpret_cast<const char*>(&header), sizeof header);
    head.append(reinterpret_cast<const char*>(sections.data()), sections.size() * sizeof(Section));
    const auto bytes = [](const std::string& text) {
      return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    for (std::size_t at = 0, block = 0; at < data.size(); at += MappedFile::kBlock, ++block) {
      const auto rest = bytes(data).subspan(at);
      const std::uint64_t sum =
          MappedFile::checksum(rest.first(std::min(MappedFile::kBlock, rest.size())), block);
      head.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    }
    std::memset(head.data() + offsetof(Header, checksum), 0, sizeof header.checksum);
    const std::uint64_t sum = MappedFile::checksum(bytes(head), 0);
    std::memcpy(head.data() + offsetof(Header, checksum), &sum, sizeof sum);
    head.resize(std::max<std::size_t>(4096, head.size()));
    return head + data;
  }
};

/// A number of the kind that goes wrong.
std::uint64_t odd_number(std::uint64_t old, Random& random) {
  const std::uint64_t choices[] = {0,
                                   1,
                                   2,
                                   old + 1,
                                   old - 1,
                                   old * 2,
                                   old + 64,
                                   0 - old,
                                   old ^ (std::uint64_t{1} << random() % 64),
                                   old ^ (std::uint64_t{1} << random() % 8),
                                   UINT32_MAX,
                                   UINT32_MAX - random() % 32,
                                   std::uint64_t{1} << 31,
                                   UINT64_MAX,
                                   random() % 32,
                                   random() % 256,
                                   random()};
  return choices[random() % std::size(choices)];
}

template <typename T>
void change(T& field, Random& random) {
  field = static_cast<T>(odd_number(static_cast<std::uint64_t>(field), random));
}

void change_header(Header& header, Random& random) {
  switch (random() % 10) {
    case 0:
      return change(header.rows, random);
    case 1:
      return change(header.radius, random);
    case 2:
      return change(header.chunks, random);
    case 3:
      return change(header.sections, random);
    case 4:
      return change(header.blocks, random);
    case 5:
      return change(header.data, random);
    case 6:
      return change(header.file_bytes, random);
    case 7:
      return change(header.hash_bits, random);
    case 8:
      return change(header.version, random);
    default:
      return change(header.generation, random);
  }
}

void change_section(Section& section, Random& random) {
  switch (random() % 6) {
    case 0:
      return change(section.kind, random);
    case 1:
      return change(section.chunk, random);
    case 2:
      return change(section.first_bit, random);
    case 3:
      return change(section.bits, random);
    case 4:
      return change(section.offset, random);
    default:
      return change(section.bytes, random);
  }
}

/// The same wrong chunk in all of its sections, so that they agree.
void change_chunk(std::vector<Section>& sections, Random& random) {
  const Section one = sections[random() % sections.size()];
  Section other = one;
  if (random() % 2 == 0)
    change(other.first_bit, random);
  else
    change(other.bits, random);
  if (random() % 4 == 0) other.first_bit = 0 - other.bits;
  for (Section& section : sections) {
    if (section.chunk != one.chunk || section.bits == 0) continue;
    section.first_bit = other.first_bit;
    section.bits = other.bits;
  }
}

void change_table(Forged& forged, Random& random) {
  std::vector<Section>& sections = forged.sections;
  const std::size_t at = random() % sections.size();
  const std::size_t other = random() % sections.size();
  switch (random() % 5) {
    case 0:
      return change_chunk(sections, random);
    case 1:
      sections.insert(sections.begin() + static_cast<std::ptrdiff_t>(at), sections[other]);
      break;
    case 2:
      sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 3:
      std::swap(sections[at], sections[other]);
      break;
    default:
      std::swap(sections[at].offset, sections[other].offset);
      std::swap(sections[at].bytes, sections[other].bytes);
  }
  forged.header.sections = static_cast<std::uint32_t>(sections.size());
}

/// Writes an odd number somewhere into what is not the rows.
void change_data(Forged& forged, Random& random) {
  const std::uint64_t first = forged.sections[0].bytes;
  const std::size_t at = first + random() % (forged.data.size() - first - sizeof(std::uint32_t));
  std::uint32_t value = 0;
  std::memcpy(&value, forged.data.data() + at, sizeof value);
  change(value, random);
  std::memcpy(forged.data.data() + at, &value, sizeof value);
}

/// Spread rows, of which the first hundred have a copy with up to nine other bits each.
std::vector<Hash256> rows_with_copies() {
  std::vector<Hash256> rows = support::make_hashes<Hash256>(4000, support::Data::uniform, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    Hash256::Words words = rows[i].as_words();
    for (std::size_t bit = 0; bit < i % 10; ++bit) words[bit % 4] ^= std::uint64_t{1} << 7 * bit;
    rows[2000 + i] = Hash256(words);
  }
  return rows;
}

class HostileIndex : public testing::Test {
 protected:
  void SetUp() override {
    const MultiIndex<Hash256> index(rows_, {kRadius, 1});
    index.save(folder_ / "index", {"u", "pdq", 1, 0}, std::vector<std::int64_t>(rows_.size(), 7));
    whole_ = support::read_file(folder_ / "index");
    right_ = LinearIndex<Hash256>(rows_).within(queries_, kRadius);
  }

  /// Every hit of the planned search, and those that the buckets alone find. Throws Error.
  std::pair<std::vector<Hit>, std::vector<Hit>> search(const Forged& forged) const {
    support::write_file(folder_ / "bad", forged.file());
    const auto opened = MultiIndex<Hash256>::open(folder_ / "bad");
    static_cast<void>(opened.nearest(queries_, 2));
    for (const std::uint64_t row : {0u, 999u}) static_cast<void>(opened.id(row));
    static_cast<void>(opened.explain(1, 200));
    std::vector<Hit> hits = opened.within(queries_, kRadius);
    opened.verify();

    const index::IndexContent content = index::open_index_file(folder_ / "bad", 256);
    content.file->touch_all();
    const index::Buckets buckets{reinterpret_cast<const std::uint64_t*>(content.rows.data()),
                                 Hash256::words, content.chunks, content.tables,
                                 content.file.get()};
    index::BucketSearch of_buckets(buckets, kRadius, 1e6);
    of_buckets.run(reinterpret_cast<const std::uint64_t*>(queries_.data()), queries_.size());
    return {std::move(hits), of_buckets.take_hits()};
  }

  const TemporaryFolder folder_;
  const std::vector<Hash256> rows_ = rows_with_copies();
  const std::vector<Hash256> queries_{rows_.begin(), rows_.begin() + 20};
  std::string whole_;
  std::vector<Hit> right_;
};

TEST_F(HostileIndex, TheForgerKnowsTheFormat) {
  EXPECT_EQ(Forged(whole_).file(), whole_);
  EXPECT_EQ(search(Forged(whole_)), std::pair(right_, right_));
}

TEST_F(HostileIndex, WrongHeadsGiveAnErrorOrTheRightAnswer) {
  Random random(2);
  int refused = 0;
  const int rounds = support::repeats(1000);
  for (int i = 0; i < rounds; ++i) {
    Forged forged(whole_);
    for (std::size_t n = 1 + random() % 2; n > 0; --n) {
      switch (random() % 3) {
        case 0:
          change_header(forged.header, random);
          break;
        case 1:
          change_section(forged.sections[random() % forged.sections.size()], random);
          break;
        default:
          change_table(forged, random);
      }
    }
    try {
      ASSERT_EQ(search(forged).first, right_) << i;
    } catch (const Error& error) {
      ++refused;
    }
  }
  EXPECT_GT(refused, rounds / 2);
}

// A row that a table lacks is not found, which no search can know; but what it finds is there.
TEST_F(HostileIndex, WrongTablesGiveAnErrorOrHitsThatAreRight) {
  Random random(3);
  for (int i = 0; i < support::repeats(100); ++i) {
    Forged forged(whole_);
    for (int n = 0; n < 50; ++n) change_data(forged, random);
    try {
      const auto [planned, of_buckets] = search(forged);
      ASSERT_TRUE(std::includes(right_.begin(), right_.end(), planned.begin(), planned.end())) << i;
      ASSERT_TRUE(std::includes(right_.begin(), right_.end(), of_buckets.begin(), of_buckets.end()))
          << i;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::damaged) << error.what();
    }
  }
}

TEST_F(HostileIndex, EachContradictionIsRefused) {
  const auto refused = [&](auto spoil) {
    Forged forged(whole_);
    spoil(forged);
    support::write_file(folder_ / "bad", forged.file());
    try {
      static_cast<void>(MultiIndex<Hash256>::open(folder_ / "bad"));
    } catch (const Error& error) {
      return error.code() == ErrorCode::damaged;
    }
    return false;
  };
  // rows, ids, then groups and row numbers of each chunk
  const auto first_chunk = [](Forged& f, std::uint32_t first, std::uint32_t bits) {
    for (Section& section : f.sections)
      if (section.chunk == 0 && section.bits != 0) {
        section.first_bit = first;
        section.bits = bits;
      }
  };
  const std::uint32_t bits = Forged(whole_).sections[2].bits;
  EXPECT_FALSE(refused([](Forged&) {}));
  EXPECT_TRUE(refused([&](Forged& f) { first_chunk(f, 0 - bits, bits); }));
  EXPECT_TRUE(refused([&](Forged& f) { first_chunk(f, 256 - bits + 1, bits); }));
  EXPECT_TRUE(refused([&](Forged& f) { first_chunk(f, f.sections[4].first_bit, bits); }));
  EXPECT_TRUE(refused([&](Forged& f) { first_chunk(f, 0, 0); }));
  EXPECT_TRUE(refused([&](Forged& f) { first_chunk(f, 0, 40); }));
  EXPECT_TRUE(refused([](Forged& f) { f.sections[3].kind = SectionKind{9}; }));
  EXPECT_TRUE(refused([](Forged& f) { f.sections.push_back(f.sections.back()); }));
  EXPECT_TRUE(refused([](Forged& f) { f.header.rows = UINT32_MAX; }));
  EXPECT_TRUE(refused([](Forged& f) { f.header.radius = 257; }));
  EXPECT_TRUE(refused([](Forged& f) {
    f.header.chunks = 0;
    f.header.sections = 2;
    f.sections.resize(2);
    f.data.resize(f.sections[1].offset + f.sections[1].bytes - f.header.data);
    f.header.file_bytes = f.header.data + f.data.size();
    f.header.blocks =
        static_cast<std::uint32_t>((f.data.size() + MappedFile::kBlock - 1) / MappedFile::kBlock);
  }));
}

}  // namespace
