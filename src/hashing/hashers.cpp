#include "hashing/hashers.hpp"

#include "hashing/registry.hpp"

#include <algorithm>
#include <iterator>

namespace ectype::hashing {

Hashers::Hashers(std::span<const std::string> algorithms, const ImageInfo& info) {
  const PictureShape stored{info.width, info.height, info.orientation};
  for (const std::string& name : algorithms) {
    const Algorithm& algorithm = require_algorithm(name);
    const auto [shorter, longer] = std::minmax(info.width, info.height);
    if (shorter < algorithm.info.min_side || longer > algorithm.info.max_side) continue;
    const auto twin = std::find_if(running_.begin(), running_.end(), [&](const Running& other) {
      return other.algorithm->start == algorithm.start;
    });
    if (twin != running_.end()) {
      running_.push_back({&algorithm, twin->hasher});
      continue;
    }
    const bool shown = algorithm.rows == Rows::shown;
    if (shown && !turner_) turner_.emplace(stored);
    const std::shared_ptr<RowHasher> hasher = algorithm.start(shown ? turner_->shape() : stored);
    running_.push_back({&algorithm, hasher});
    (shown ? shown_ : stored_).push_back(hasher);
  }
}

void Hashers::add(const LumaRow& row) {
  for (const auto& hasher : stored_) hasher->add(row);
  if (turner_)
    turner_->add(row, [&](const LumaRow& shown) {
      for (const auto& hasher : shown_) hasher->add(shown);
    });
}

std::vector<SignatureHash> Hashers::finish(Region region, std::string_view profile) {
  if (turner_)
    turner_->finish([&](const LumaRow& shown) {
      for (const auto& hasher : shown_) hasher->add(shown);
    });
  std::vector<SignatureHash> hashes;
  for (const auto& [algorithm, hasher] : running_) {
    HashedPicture hashed = hasher->finish(algorithm->info.kind);
    hashes.push_back(
        {{std::string(algorithm->info.name), algorithm->info.version, std::string(profile)},
         region,
         hashed.quality,
         std::move(hashed.variants)});
  }
  return hashes;
}

std::vector<std::string> algorithms_of_regions(std::span<const std::string> names) {
  std::vector<std::string> chosen;
  std::copy_if(names.begin(), names.end(), std::back_inserter(chosen),
               [](const auto& name) { return require_algorithm(name).rows == Rows::stored; });
  return chosen;
}

}  // namespace ectype::hashing
