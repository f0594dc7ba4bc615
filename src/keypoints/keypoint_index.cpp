#include "ectype/keypoint_index.hpp"

#include "keypoints/keypoint_pairing.hpp"
#include "keypoints/keypoint_vote.hpp"

#include "ectype/error.hpp"
#include "ectype/search_index.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string>
#include <tuple>

namespace ectype {
namespace {

constexpr int kLargestRadius = 32;
/// Bounds the hits that are held at once.
constexpr std::size_t kDescriptorsAtOnce = 64;
/// Rows that may wait outside of the index's base: looking at each costs as much as the base.
constexpr std::uint64_t kSmallDelta = 8192;

void require(bool is_valid, const char* name, std::int64_t value, const char* remedy) {
  if (!is_valid)
    throw Error(ErrorCode::invalid_argument,
                std::string(name) + " is " + std::to_string(value) + "; give " + remedy);
}

void require_valid(const KeypointSearchOptions& options) {
  keypoints::require_valid(options.vote);
  require(options.radius >= 0 && options.radius <= kLargestRadius, "radius", options.radius,
          "0 to 32");
  require(options.min_calls >= 1, "min_calls", options.min_calls, "1 or more");
  require(options.min_inliers >= 2, "min_inliers", options.min_inliers,
          "2 or more: a transform needs two");
  if (!(options.max_scale >= 1))
    throw Error(ErrorCode::invalid_argument,
                "max_scale is " + std::to_string(options.max_scale) + "; give 1 or more");
}

/// A picture that a keypoint of the query calls up under one variant, as one of `company`.
struct Call {
  std::uint32_t picture;
  std::uint32_t variant;
  std::uint32_t company;
};

struct Candidate {
  std::uint32_t picture = 0;
  int calls = 0;
  std::uint64_t weight = 0;  ///< sum of kCallWeight / company
};
constexpr std::uint64_t kCallWeight = 1 << 20;

bool has_scale(const KeypointMatch& match, double max_scale) {
  const auto& t = match.transform;
  const double area = std::abs(t[0] * t[4] - t[1] * t[3]);
  return area <= max_scale * max_scale && area * max_scale * max_scale >= 1;
}

/// So that as many more take no memory.
template <typename T>
void make_room(std::vector<T>& list, std::size_t more) {
  if (list.capacity() - list.size() < more)
    list.reserve(std::max(list.size() + more, list.capacity() * 2));
}

/// Of each picture the variant with the largest weight.
std::vector<Candidate> weigh(std::vector<Call> calls) {
  const auto place = [](const Call& call) { return std::tie(call.picture, call.variant); };
  std::sort(calls.begin(), calls.end(),
            [&](const Call& a, const Call& b) { return place(a) < place(b); });
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < calls.size();) {
    Candidate candidate{calls[i].picture, 0, 0};
    const std::size_t first = i;
    for (; i < calls.size() && place(calls[i]) == place(calls[first]); ++i) {
      ++candidate.calls;
      candidate.weight += kCallWeight / calls[i].company;
    }
    if (candidates.empty() || candidates.back().picture != candidate.picture)
      candidates.push_back(candidate);
    else if (candidates.back().weight < candidate.weight)
      candidates.back() = candidate;
  }
  return candidates;
}

}  // namespace

struct KeypointIndex::State {
  mutable std::shared_mutex mutex;  // guards what follows
  struct Picture {
    KeypointSignature signature;
    std::uint64_t first_row;  ///< of those in `rows`
    bool removed = false;
  };
  std::vector<Picture> pictures;
  std::uint64_t removed = 0;  ///< of the pictures
  std::vector<std::uint32_t> picture_of_row;
  SearchIndex<Hash128> rows;

  /// What a query's descriptors call up.
  [[nodiscard]] std::vector<Call> calls(const KeypointSignature& query,
                                        const KeypointSearchOptions& options) const;
  /// Adds those of hits of descriptors from `first` on, `count` of which are a variant.
  void add_calls(const std::vector<Hit>& hits, std::size_t first, std::size_t count,
                 const KeypointSearchOptions& options, std::vector<Call>& result) const;
  /// The pictures to put to the vote, those with the most weight first.
  [[nodiscard]] std::vector<std::uint32_t> candidates(const KeypointSignature& query,
                                                      const KeypointSearchOptions& options) const;
  [[nodiscard]] KeypointSignature first_points(std::uint32_t picture,
                                               const KeypointSearchOptions& options) const {
    const KeypointSignature& whole = pictures[picture].signature;
    const std::size_t count =
        std::min<std::size_t>(whole.keypoints.size(), options.reference_points);
    return {whole.width, whole.height, {whole.keypoints.begin(), whole.keypoints.begin() + count}};
  }
  void keep_delta_small() {
    if (rows.delta_size() <= std::max(kSmallDelta, rows.size() / 8)) return;
    try {
      rows.compact({KeypointSearchOptions{}.radius, 1});
    } catch (const std::bad_alloc&) {
      // It makes searches fast, and they are right without it.
    }
  }
};

std::vector<Call> KeypointIndex::State::calls(const KeypointSignature& query,
                                              const KeypointSearchOptions& options) const {
  const std::vector<Hash128> descriptors =
      keypoints::variant_descriptors(query, options.query_points);
  const std::size_t count = descriptors.size() / keypoints::kKeypointVariants;
  std::vector<Call> result;
  for (std::size_t first = 0; first < descriptors.size(); first += kDescriptorsAtOnce) {
    const auto part = std::span(descriptors)
                          .subspan(first, std::min(kDescriptorsAtOnce, descriptors.size() - first));
    add_calls(rows.within(part, options.radius), first, count, options, result);
  }
  return result;
}

void KeypointIndex::State::add_calls(const std::vector<Hit>& hits, std::size_t first,
                                     std::size_t count, const KeypointSearchOptions& options,
                                     std::vector<Call>& result) const {
  std::vector<std::uint32_t> called;
  for (std::size_t i = 0; i < hits.size();) {
    const std::uint32_t descriptor = hits[i].query;
    called.clear();
    for (; i < hits.size() && hits[i].query == descriptor; ++i) {
      const std::uint32_t picture = picture_of_row[hits[i].row];
      if (hits[i].row - pictures[picture].first_row < options.reference_points)
        called.push_back(picture);
    }
    if (called.empty()) continue;
    std::sort(called.begin(), called.end());
    called.erase(std::unique(called.begin(), called.end()), called.end());
    const auto company = static_cast<std::uint32_t>(called.size());
    const std::uint32_t limit = options.max_pictures_a_descriptor;
    if (limit != 0 && company > limit) continue;
    const auto variant = static_cast<std::uint32_t>((first + descriptor) / count);
    for (const std::uint32_t picture : called) result.push_back({picture, variant, company});
  }
}

std::vector<std::uint32_t> KeypointIndex::State::candidates(
    const KeypointSignature& query, const KeypointSearchOptions& options) const {
  std::vector<Candidate> found = weigh(calls(query, options));
  std::erase_if(found, [&](const Candidate& each) { return each.calls < options.min_calls; });
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(b.weight, a.picture) < std::pair(a.weight, b.picture);
  });
  std::vector<std::uint32_t> numbers;
  for (const Candidate& each : found) numbers.push_back(each.picture);
  return numbers;
}

KeypointIndex::KeypointIndex() : state_(std::make_unique<State>()) {}
KeypointIndex::KeypointIndex(KeypointIndex&&) noexcept = default;
KeypointIndex& KeypointIndex::operator=(KeypointIndex&&) noexcept = default;
KeypointIndex::~KeypointIndex() = default;

std::uint64_t KeypointIndex::add(std::span<const KeypointSignature> pictures) {
  const std::unique_lock lock(state_->mutex);
  std::uint64_t number = state_->pictures.size();
  const std::uint64_t first = number;
  std::vector<Hash128> descriptors;
  std::vector<State::Picture> added;
  std::vector<std::uint32_t> picture_of_row;
  const std::size_t rows_before = state_->picture_of_row.size();
  for (const KeypointSignature& picture : pictures) {
    const std::size_t count = std::min(picture.keypoints.size(), kIndexedPoints);
    for (std::size_t i = 0; i < count; ++i) descriptors.push_back(picture.keypoints[i].descriptor);
    added.push_back({picture, rows_before + picture_of_row.size(), false});
    picture_of_row.insert(picture_of_row.end(), count, static_cast<std::uint32_t>(number++));
  }
  make_room(state_->pictures, added.size());
  make_room(state_->picture_of_row, picture_of_row.size());
  // What follows the rows does not throw: all is added, or nothing.
  state_->rows.add(descriptors);
  state_->picture_of_row.insert(state_->picture_of_row.end(), picture_of_row.begin(),
                                picture_of_row.end());
  for (State::Picture& picture : added) state_->pictures.push_back(std::move(picture));
  state_->keep_delta_small();
  return first;
}

void KeypointIndex::remove(std::span<const std::uint64_t> pictures) {
  const std::unique_lock lock(state_->mutex);
  std::vector<std::uint64_t> sorted(pictures.begin(), pictures.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint64_t> rows;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint64_t number = sorted[i];
    if (number >= state_->pictures.size() || state_->pictures[number].removed ||
        (i > 0 && number == sorted[i - 1]))
      throw Error(ErrorCode::not_found, "there is no picture " + std::to_string(number) +
                                            " in the index, or it is removed already");
    const State::Picture& picture = state_->pictures[number];
    const std::size_t count = std::min(picture.signature.keypoints.size(), kIndexedPoints);
    for (std::size_t row = 0; row < count; ++row) rows.push_back(picture.first_row + row);
  }
  state_->rows.remove(rows);
  for (const std::uint64_t number : sorted) {
    state_->pictures[number].signature = {};
    state_->pictures[number].removed = true;
  }
  state_->removed += sorted.size();
  state_->keep_delta_small();
}

std::uint64_t KeypointIndex::size() const noexcept {
  const std::shared_lock lock(state_->mutex);
  return state_->pictures.size() - state_->removed;
}

std::vector<KeypointHit> KeypointIndex::match(std::span<const KeypointSignature> queries,
                                              const KeypointSearchOptions& options) const {
  require_valid(options);
  const std::shared_lock lock(state_->mutex);
  std::vector<KeypointHit> found;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    const keypoints::KeypointVoter voter(queries[q], options.vote);
    std::uint32_t in_vain = 0;
    for (const std::uint32_t picture : state_->candidates(queries[q], options)) {
      const KeypointMatch match = voter(state_->first_points(picture, options));
      if (match.inliers >= options.min_inliers && has_scale(match, options.max_scale))
        found.push_back({static_cast<std::uint32_t>(q), picture, match});
      else if (++in_vain >= options.max_candidates)
        break;
    }
    std::sort(found.begin() + first, found.end(), [](const KeypointHit& a, const KeypointHit& b) {
      return std::tuple(-a.match.inliers, a.picture) < std::tuple(-b.match.inliers, b.picture);
    });
  }
  return found;
}

}  // namespace ectype
