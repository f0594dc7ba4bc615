#include "ectype/signature.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

namespace ectype {

std::string_view to_string(Region region) noexcept {
  switch (region) {
    case Region::whole:
      return "whole";
    case Region::content:
      return "content";
    case Region::on_white:
      return "on_white";
    case Region::on_black:
      return "on_black";
  }
  return "whole";
}

Region parse_region(std::string_view name) {
  for (const Region region : {Region::whole, Region::content, Region::on_white, Region::on_black})
    if (name == to_string(region)) return region;
  throw Error(
      ErrorCode::invalid_argument,
      quote_start(name) + " is not a region; choose from: whole, content, on_white, on_black");
}

const HashValue& SignatureHash::hash() const {
  if (variants.empty())
    throw Error(ErrorCode::invalid_argument, "a hash of " + recipe.to_string() + " has no value");
  return variants.front();
}

const SignatureHash* Signature::find(std::string_view algorithm, Region region) const noexcept {
  for (const SignatureHash& hash : hashes)
    if (hash.recipe.algorithm == algorithm && hash.region == region) return &hash;
  return nullptr;
}

}  // namespace ectype
