#include "ectype/query_variants.hpp"

#include "ectype/error.hpp"
#include "ectype/gradient_grid.hpp"

#include <algorithm>
#include <array>

namespace ectype {
namespace {

HashValue inverted_pdq(const HashValue& hash) {
  auto bytes = hash.as<Hash256>().to_bytes();
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(~byte);
  return HashValue::from_bytes(hash.kind(), bytes);
}

HashValue inverted_gradient_grid(const HashValue& hash) {
  const std::vector<std::uint8_t> bytes = hash.to_bytes();
  GradientGrid::Hash::Values values;
  if (hash.kind() != byte_kind(values.size()))
    throw Error(ErrorCode::mismatch,
                "a gradient_grid has 288 bytes, not " + hash.kind().to_string());
  std::copy(bytes.begin(), bytes.end(), values.begin());
  return GradientGrid::permuted(GradientGrid::Hash(values), Transform::original, true);
}

}  // namespace

std::optional<HashValue> inverted(const Recipe& recipe, const HashValue& hash) {
  if (recipe.algorithm == "pdq") return inverted_pdq(hash);
  if (recipe.algorithm == "gradient_grid") return inverted_gradient_grid(hash);
  return std::nullopt;
}

}  // namespace ectype
