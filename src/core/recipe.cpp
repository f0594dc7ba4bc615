#include "ectype/recipe.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <charconv>

namespace ectype {

std::string Recipe::to_string() const {
  if (is_external()) return algorithm + "/external";
  return algorithm + "/" + std::to_string(version) + ":" + profile;
}

Recipe Recipe::external(std::string algorithm) { return {std::move(algorithm), 0, {}}; }

Recipe Recipe::parse(std::string_view text) {
  const auto fail = [&]() -> Error {
    return {ErrorCode::invalid_argument, quote_start(text) +
                                             " is not a recipe: expected ALGORITHM/VERSION:PROFILE "
                                             "or ALGORITHM/external"};
  };
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0) throw fail();
  Recipe recipe{std::string(text.substr(0, slash)), 0, {}};
  const std::string_view rest = text.substr(slash + 1);
  if (rest == "external") return recipe;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), recipe.version);
  const auto used = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc{} || recipe.version < 1 || used + 1 >= rest.size() || rest[used] != ':')
    throw fail();
  recipe.profile = rest.substr(used + 1);
  return recipe;
}

void require_same_algorithm(const Recipe& a, const Recipe& b) {
  if (a.algorithm == b.algorithm) return;
  throw Error(ErrorCode::mismatch, "hashes of " + a.to_string() + " and " + b.to_string() +
                                       " cannot be compared: they are different algorithms");
}

int recipe_tolerance(const Recipe& a, const Recipe& b) {
  require_same_algorithm(a, b);
  if (a.algorithm != "pdq") return 0;
  if (a == b && !a.is_external()) return 0;
  const bool far = a.is_external() || b.is_external() || a.version != b.version ||
                   a.profile == "reduced" || b.profile == "reduced";
  return far ? 10 : 2;
}

}  // namespace ectype
