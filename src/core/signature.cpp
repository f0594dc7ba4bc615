#include "ectype/signature.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

namespace ectype {

std::string_view to_string(Region region) noexcept {
  switch (region) {
    case Region::whole:
      return "whole";
  }
  return "whole";
}

Region parse_region(std::string_view name) {
  if (name == to_string(Region::whole)) return Region::whole;
  throw Error(ErrorCode::invalid_argument,
              quote_start(name) + " is not a region that this version knows");
}

const HashValue& SignatureHash::hash() const {
  if (variants.empty())
    throw Error(ErrorCode::invalid_argument, "a hash of " + recipe.to_string() + " has no value");
  return variants.front();
}

const SignatureHash* Signature::find(std::string_view algorithm) const noexcept {
  for (const SignatureHash& hash : hashes)
    if (hash.recipe.algorithm == algorithm) return &hash;
  return nullptr;
}

}  // namespace ectype
