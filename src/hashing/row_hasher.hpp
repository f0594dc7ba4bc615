#pragma once

#include "ectype/algorithms.hpp"
#include "ectype/image.hpp"
#include "ectype/quality.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace ectype::hashing {

/// The rows that are to come: their number and length, and the orientation that they still lack.
struct PictureShape {
  std::uint32_t width = 0, height = 0;
  int orientation = 1;
};

struct HashedPicture {
  Quality quality;
  std::vector<HashValue> variants;  // the original alone, or all eight by Transform
};

/// Hashes one picture while its rows stream through, each once and in any order.
class RowHasher {
 public:
  RowHasher() = default;
  RowHasher(const RowHasher&) = delete;
  RowHasher& operator=(const RowHasher&) = delete;
  virtual ~RowHasher() = default;

  virtual void add(const LumaRow& row) = 0;
  /// After the last row; of the algorithms that share this hasher, the one with hashes of `kind`.
  [[nodiscard]] virtual HashedPicture finish(HashKind kind) const = 0;
};

/// Which rows a hasher gets.
enum class Rows {
  stored,  // as the decoder gives them, with the orientation still to be applied
  shown,   // `gray` of 8 bits, as the picture is shown: orientation 1
};

/// Algorithms with the same `start` share one hasher.
using StartHasher = std::unique_ptr<RowHasher> (*)(const PictureShape& shape);

/// An entry of the registry.
struct Algorithm {
  AlgorithmInfo info;
  Rows rows = Rows::stored;
  StartHasher start = nullptr;
};

}  // namespace ectype::hashing
