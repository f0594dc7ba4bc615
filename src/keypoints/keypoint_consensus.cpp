#include "keypoints/keypoint_consensus.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ectype::keypoints {
namespace {

constexpr std::size_t kMostSeeds = 40;  // nearest pairings that propose similarities
constexpr std::size_t kMostPairings = 256;
constexpr int kAngleSlack = 5;     // of a pairing against the similarity: 28 degrees
constexpr int kScaleSlack = 4;     // half an octave
constexpr double kLeastBase = 20;  // parts between two pairings that propose a similarity
constexpr double kApart = 12;      // parts between inliers that count
constexpr int kRefinements = 3;

int turn_between(int a, int b) {
  const int turn = (a - b) & (kAngles - 1);
  return std::min(turn, kAngles - turn);
}

bool agree(const Pairing& a, int turn, int growth) {
  return turn_between(a.turn, turn) <= kAngleSlack && std::abs(a.growth - growth) <= kScaleSlack;
}

/// cos(2 pi k / 64) for a quarter turn; a library's may differ in its last bit.
constexpr std::array<double, 17> kCosines{
    1,          0.99518473, 0.98078528, 0.95694034, 0.92387953, 0.88192126,
    0.83146961, 0.77301045, 0.70710678, 0.63439328, 0.55557023, 0.47139674,
    0.38268343, 0.29028468, 0.19509032, 0.09801714, 0};

/// The nearest of 64 directions, by the largest product with them.
int turn_of(const Similarity& s) {
  const double x = std::abs(s.a);
  const double y = std::abs(s.b);
  int best = 0;
  double most = -1;
  for (int k = 0; k <= kAngles / 4; ++k) {
    const double along = x * kCosines[static_cast<std::size_t>(k)] +
                         y * kCosines[static_cast<std::size_t>(kAngles / 4 - k)];
    if (along > most) {
      most = along;
      best = k;
    }
  }
  if (s.a < 0) best = kAngles / 2 - best;
  return (s.b < 0 ? -best : best) & (kAngles - 1);
}

/// In eighths of an octave, rounded down.
int growth_of(const Similarity& s) {
  constexpr double step2 = 1.189207115;  // 2^(1/4): an eighth of an octave, squared
  double scale2 = s.scale2();
  int growth = 0;
  for (; scale2 > step2 && growth < kAngles; ++growth) scale2 /= step2;
  for (; scale2 < 1 && growth > -kAngles; --growth) scale2 *= step2;
  return growth;
}

/// Greedily those whose places are apart from all that were taken, in both pictures.
int count_apart(std::span<const Pairing> pairings, const std::vector<std::uint16_t>& chosen) {
  std::vector<const Pairing*> taken;
  const auto near = [](const Point& a, const Point& b) {
    return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) < kApart * kApart;
  };
  for (const std::uint16_t i : chosen) {
    const Pairing& candidate = pairings[i];
    const bool is_apart = std::none_of(taken.begin(), taken.end(), [&](const Pairing* other) {
      return near(candidate.from, other->from) || near(candidate.to, other->to);
    });
    if (is_apart) taken.push_back(&candidate);
  }
  return static_cast<int>(taken.size());
}

struct Proposal {
  Similarity similarity;
  int turn = 0;
  int growth = 0;
};

class Search {
 public:
  Search(std::span<const Pairing> pairings, double tolerance)
      : pairings_(pairings), tolerance_(tolerance) {}

  [[nodiscard]] Consensus run() const {
    Consensus best;
    std::vector<std::uint16_t> chosen;
    const std::size_t seeds = std::min(pairings_.size(), kMostSeeds);
    for (std::size_t i = 0; i < seeds; ++i) {
      for (std::size_t j = i + 1; j < seeds; ++j) {
        Proposal proposal;
        if (!propose(pairings_[i], pairings_[j], proposal)) continue;
        choose(proposal, chosen);
        if (chosen.size() <= std::max<std::size_t>(1, best.inliers.size())) continue;
        refine(proposal, chosen);
        const int apart = count_apart(pairings_, chosen);
        if (apart > best.apart) best = {proposal.similarity, chosen, apart};
      }
    }
    return best;
  }

 private:
  static bool propose(const Pairing& a, const Pairing& b, Proposal& proposal) {
    if (!agree(a, b.turn, b.growth)) return false;
    const Point from{b.from.x - a.from.x, b.from.y - a.from.y};
    const Point to{b.to.x - a.to.x, b.to.y - a.to.y};
    const double from2 = from.x * from.x + from.y * from.y;
    const double to2 = to.x * to.x + to.y * to.y;
    if (from2 < kLeastBase * kLeastBase || to2 < kLeastBase * kLeastBase) return false;
    Similarity& s = proposal.similarity;
    s.a = (from.x * to.x + from.y * to.y) / from2;
    s.b = (from.x * to.y - from.y * to.x) / from2;
    s.c = a.to.x - s.a * a.from.x + s.b * a.from.y;
    s.d = a.to.y - s.b * a.from.x - s.a * a.from.y;
    proposal.turn = turn_of(s);
    proposal.growth = growth_of(s);
    return agree(a, proposal.turn, proposal.growth) && agree(b, proposal.turn, proposal.growth);
  }

  void choose(const Proposal& proposal, std::vector<std::uint16_t>& chosen) const {
    chosen.clear();
    const double slack2 = tolerance_ * tolerance_ * std::max(1.0, proposal.similarity.scale2());
    for (std::size_t i = 0; i < pairings_.size(); ++i) {
      const Pairing& pairing = pairings_[i];
      if (!agree(pairing, proposal.turn, proposal.growth)) continue;
      const Point there = proposal.similarity(pairing.from);
      const double dx = there.x - pairing.to.x;
      const double dy = there.y - pairing.to.y;
      if (dx * dx + dy * dy <= slack2) chosen.push_back(static_cast<std::uint16_t>(i));
    }
  }

  void refine(Proposal& proposal, std::vector<std::uint16_t>& chosen) const {
    std::vector<std::uint16_t> next;
    for (int i = 0; i < kRefinements; ++i) {
      SimilarityFit fit;
      for (const std::uint16_t each : chosen) fit.add(pairings_[each].from, pairings_[each].to);
      Proposal refined = proposal;
      if (!fit.solve(refined.similarity)) return;
      choose(refined, next);
      if (next.size() < chosen.size()) return;
      const bool same = next == chosen;
      proposal = refined;
      chosen.swap(next);
      if (same) return;
    }
  }

  std::span<const Pairing> pairings_;
  double tolerance_;
};

}  // namespace

Consensus find_consensus(std::span<const Pairing> pairings, double tolerance) {
  return Search(pairings.first(std::min(pairings.size(), kMostPairings)), tolerance).run();
}

}  // namespace ectype::keypoints
