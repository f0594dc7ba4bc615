#include "ectype/sign.hpp"

#include <algorithm>

namespace ectype {

Signature sign(const Image& image, PdqProfile profile) {
  const Pdq pdq(profile);
  const PdqVariants variants = pdq.variants(image);
  Signature signature;
  signature.damage = variants.decoded.damage;
  if (variants.decoded.damaged())
    signature.intact = static_cast<double>(variants.decoded.rows_intact) /
                       static_cast<double>(variants.decoded.rows);
  const ImageInfo& info = image.info();
  const bool hashable =
      std::min(info.width, info.height) >= Pdq::kMinSide && variants.decoded.rows_intact > 0;
  if (hashable)
    signature.hashes.push_back({pdq.recipe(), Region::whole, variants.quality, variants.hashes});
  return signature;
}

}  // namespace ectype
