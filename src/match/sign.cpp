#include "ectype/sign.hpp"

#include <algorithm>

namespace ectype {

Signature sign(const Image& image, PdqProfile profile) {
  Signature signature;
  const ImageInfo& info = image.info();
  // Known from the header: what cannot be hashed need not be decoded.
  if (std::min(info.width, info.height) < Pdq::kMinSide) return signature;
  const Pdq pdq(profile);
  const PdqVariants variants = pdq.variants(image);
  signature.damage = variants.decoded.damage;
  if (variants.decoded.damaged())
    signature.intact = static_cast<double>(variants.decoded.rows_intact) /
                       static_cast<double>(variants.decoded.rows);
  if (variants.decoded.rows_intact > 0)
    signature.hashes.push_back({pdq.recipe(), Region::whole, variants.quality, variants.hashes});
  return signature;
}

}  // namespace ectype
