#pragma once

#include "hashing/row_hasher.hpp"
#include "hashing/shown_rows.hpp"

#include "ectype/signature.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ectype::hashing {

/// Several algorithms at work on one picture, fed by one decode.
class Hashers {
 public:
  /// Algorithms that refuse pictures of this size are left out. Throws `Error` (invalid_argument)
  /// for an unknown one.
  Hashers(std::span<const std::string> algorithms, const ImageInfo& info);

  [[nodiscard]] bool empty() const noexcept { return running_.empty(); }
  void add(const LumaRow& row);
  /// After the last row: the hashes in the order of the algorithms.
  [[nodiscard]] std::vector<SignatureHash> finish(Region region = Region::whole,
                                                  std::string_view profile = "exact");

 private:
  struct Running {
    const Algorithm* algorithm;
    std::shared_ptr<RowHasher> hasher;
  };

  std::vector<Running> running_;                    // by algorithm
  std::vector<std::shared_ptr<RowHasher>> stored_;  // by hasher
  std::vector<std::shared_ptr<RowHasher>> shown_;
  std::optional<ShownRows> turner_;  // where there are hashers of shown rows
};

/// Those of the algorithms that take rows as they are stored: `pdq` and `gradient_grid`, which also
/// hash parts of a picture and pictures on other grounds.
[[nodiscard]] std::vector<std::string> algorithms_of_regions(std::span<const std::string> names);

}  // namespace ectype::hashing
