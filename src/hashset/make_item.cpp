#include "ectype/hash_set.hpp"

#include <utility>

namespace ectype {

ItemWithHashes make_item(Item item, const Signature& signature) {
  ItemWithHashes entry{std::move(item), {}};
  for (const SignatureHash& hash : signature.hashes)
    entry.hashes.push_back({hash.recipe, hash.region, hash.hash(), hash.quality.value,
                            hash.quality.degenerate, !signature.damage.empty()});
  return entry;
}

}  // namespace ectype
