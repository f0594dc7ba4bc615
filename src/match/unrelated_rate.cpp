#include "match/distance_tails.hpp"

#include <cstddef>

namespace ectype::match {

const DistanceTail* find_distance_tail(std::string_view algorithm, int probes,
                                       bool with_regions) noexcept {
  const DistanceTail* best = nullptr;
  // In order of probes, those with regions last.
  for (const DistanceTail& tail : distance_tails()) {
    if (tail.algorithm != algorithm) continue;
    best = &tail;
    if (tail.probes >= probes && tail.with_regions >= with_regions) break;
  }
  return best;
}

double unrelated_rate(const DistanceTail& tail, std::uint32_t distance) noexcept {
  const std::size_t before = distance / tail.step;
  if (before + 1 >= tail.rates.size()) return tail.rates.back();
  const double part = static_cast<double>(distance % tail.step) / tail.step;
  return tail.rates[before] + (tail.rates[before + 1] - tail.rates[before]) * part;
}

}  // namespace ectype::match
