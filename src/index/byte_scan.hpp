#pragma once

#include "index/byte_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ectype::index {

/// Rows that stay in the second-level cache, and their means in the first, while queries look at
/// them; and queries looked at together. They bound the buffers to 1.3 MB.
inline constexpr std::size_t kByteRowsAtOnce = 512;
inline constexpr std::size_t kByteQueriesAtOnce = 128;
static_assert(kByteRowsAtOnce % distance::kByteBlockRows == 0);

/// Where more than one pair in sixteen gets past the means, comparing whole vectors in columns is
/// cheaper (measured at 144 bytes), if there are queries enough to pay for the columns. Then one
/// chunk in 64 still asks the means, in case that things have changed.
inline constexpr std::size_t kMeansPay = 16;
inline constexpr std::size_t kProbeEvery = 64;
inline constexpr std::size_t kColumnsPayQueries = 8;

/// Queries in one form, with the limits that their radii, which may fall, have now.
class ByteQueries {
 public:
  ByteQueries(const ByteForm& form, std::span<const std::uint8_t> queries, std::size_t size)
      : form_(form), bytes_(queries.size() / size * width()) {
    for (std::size_t q = 0; q < queries.size() / size; ++q)
      norms_.push_back(form_.put_query(queries.data() + q * size, bytes_.data() + q * width()));
    radii_.assign(norms_.size(), -1);
    limits_.assign(norms_.size(), kNeverLimit);
  }

  [[nodiscard]] const std::uint8_t* bytes(std::size_t query) const noexcept {
    return bytes_.data() + query * width();
  }
  const std::int32_t* limits(std::size_t first, std::span<const std::int32_t> radii) {
    for (std::size_t q = first; q < first + radii.size(); ++q)
      if (radii_[q] != radii[q - first]) {
        radii_[q] = radii[q - first];
        limits_[q] = form_.limit(radii_[q], norms_[q]);
      }
    return limits_.data() + first;
  }

 private:
  [[nodiscard]] std::size_t width() const noexcept { return 4 * form_.quads(); }

  ByteForm form_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int32_t> norms_;
  std::vector<std::int32_t> radii_;
  std::vector<std::int32_t> limits_;
};

/// Calls visit(query, row, distance) for every row within radii[query] (inclusive; < 0: none),
/// chunk by chunk in order of rows; `visit` may lower the radius of its query.
template <typename Visit>
void scan(const ByteRows& rows, std::span<const std::uint8_t> queries,
          std::span<std::int32_t> radii, Visit visit) {
  const std::size_t size = rows.vector_size();
  const bool squared = rows.metric() == ByteMetric::squared_l2;
  const distance::Kernels& kernels = distance::kernels();
  const auto columns_within = squared ? kernels.products_within : kernels.differences_within;
  const auto select = squared ? kernels.squared_l2_select : kernels.l1_select;

  ByteBlocks whole_rows({size, rows.metric(), 1});
  ByteQueries means(rows.means().form(), queries, size);
  ByteQueries whole(whole_rows.form(), queries, size);
  const std::size_t most_pairs =
      std::min(kByteRowsAtOnce, rows.size()) * std::min(kByteQueriesAtOnce, radii.size());
  std::vector<distance::RawPair> pairs(most_pairs);
  std::vector<distance::RawHit> hits(most_pairs);
  std::vector<bool> means_pay(radii.size() / kByteQueriesAtOnce + 1, true);

  for (std::size_t first = 0; first < rows.size(); first += kByteRowsAtOnce) {
    const std::size_t count = std::min(kByteRowsAtOnce, rows.size() - first);
    const bool probe = first / kByteRowsAtOnce % kProbeEvery == 0;
    bool in_columns = false;
    for (std::size_t q = 0; q < radii.size(); q += kByteQueriesAtOnce) {
      const auto limits = radii.subspan(q, std::min(kByteQueriesAtOnce, radii.size() - q));
      const bool use_means =
          probe || means_pay[q / kByteQueriesAtOnce] || limits.size() < kColumnsPayQueries;
      if (!use_means && !in_columns) {
        whole_rows.clear();
        for (std::size_t r = first; r < first + count; ++r) whole_rows.append(rows.row(r));
        in_columns = true;
      }
      ByteQueries& asked = use_means ? means : whole;
      const std::size_t near = columns_within(
          use_means ? rows.means().columns(first, count) : whole_rows.columns(0, count),
          asked.bytes(q), limits.size(), asked.limits(q, limits), pairs.data());
      if (use_means) means_pay[q / kByteQueriesAtOnce] = near * kMeansPay <= count * limits.size();
      const std::size_t found = select(queries.data() + q * size, rows.row(first), size,
                                       pairs.data(), near, limits.data(), hits.data());
      for (std::size_t i = 0; i < found; ++i)
        visit(q + hits[i].query, first + hits[i].row, hits[i].distance);
    }
  }
}

}  // namespace ectype::index
