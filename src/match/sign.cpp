#include "ectype/sign.hpp"

#include "hashing/hashers.hpp"

#include "ectype/error.hpp"

namespace ectype {
namespace {

/// True where there is something to hash.
bool note_damage(Signature& signature, const Decoded& decoded) {
  signature.damage = decoded.damage;
  if (decoded.damaged())
    signature.intact = static_cast<double>(decoded.rows_intact) / static_cast<double>(decoded.rows);
  return decoded.rows_intact > 0;
}

Signature sign_fast(const Image& image) {
  const Pdq pdq(PdqProfile::fast);
  const PdqVariants variants = pdq.variants(image);
  Signature signature;
  if (note_damage(signature, variants.decoded))
    signature.hashes.push_back({pdq.recipe(),
                                Region::whole,
                                variants.quality,
                                {variants.hashes.begin(), variants.hashes.end()}});
  return signature;
}

}  // namespace

Signature sign(const Image& image, PdqProfile profile) {
  const std::string pdq = "pdq";
  return sign(image, std::span(&pdq, 1), profile);
}

Signature sign(const Image& image, std::span<const std::string> algorithms, PdqProfile profile) {
  if (algorithms.empty())
    throw Error(ErrorCode::invalid_argument, "no algorithm to sign the picture with");
  hashing::Hashers hashers(algorithms, image.info());
  // Known from the header: what cannot be hashed need not be decoded.
  if (hashers.empty()) return {};
  if (profile == PdqProfile::fast && algorithms.size() == 1 && algorithms[0] == "pdq")
    return sign_fast(image);

  Signature signature;
  RowReader rows = image.rows();
  for (LumaRow row; rows.next(row);) hashers.add(row);
  if (note_damage(signature, rows.decoded())) signature.hashes = hashers.finish();
  return signature;
}

}  // namespace ectype
