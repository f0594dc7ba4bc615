#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ectype::match {

/// How near unrelated pictures are by one hash. Written by bench/robustness/fit_distances.py into
/// distance_tails.cpp, whose head says from what.
struct DistanceTail {
  std::string_view algorithm;
  int probes;         ///< hashes of a query of which the nearest counts: transforms, inverted
  bool with_regions;  ///< the content regions, too, of both
  std::uint32_t step;
  /// Nearer, the rates are extrapolated.
  std::uint32_t measured_from;
  /// `rates[i]`: the share of unrelated pairs at a distance of at most `i * step`; over 0, never
  /// falling.
  std::span<const double> rates;
};

[[nodiscard]] std::span<const DistanceTail> distance_tails() noexcept;

/// That of the algorithm, of the fewest probes that are as many at least (or of the most); null
/// where the algorithm was not measured. Thread-safe, as all here.
[[nodiscard]] const DistanceTail* find_distance_tail(std::string_view algorithm, int probes,
                                                     bool with_regions) noexcept;

/// The share of unrelated pairs at this distance or nearer; what the table ends with, a tenth or
/// more, for all that are farther.
[[nodiscard]] double unrelated_rate(const DistanceTail& tail, std::uint32_t distance) noexcept;

}  // namespace ectype::match
