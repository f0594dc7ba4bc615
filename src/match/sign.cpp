#include "ectype/sign.hpp"

#include "hashing/hashers.hpp"
#include "hashing/reduced_pictures.hpp"

#include "ectype/error.hpp"

#include <algorithm>
#include <iterator>

namespace ectype {
namespace {

/// True where there is something to hash.
bool note_damage(Signature& signature, const Decoded& decoded) {
  signature.damage = decoded.damage;
  if (decoded.damaged())
    signature.intact = static_cast<double>(decoded.rows_intact) / static_cast<double>(decoded.rows);
  return decoded.rows_intact > 0;
}

bool is_fast(const SignOptions& options) {
  return options.profile == PdqProfile::fast && options.algorithms.size() == 1 &&
         options.algorithms[0] == "pdq" && !options.content_region && !options.keypoints;
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

Signature sign_once(const Image& image, const SignOptions& options, hashing::Hashers& hashers) {
  hashing::ReducedPictures reduced(image.info(), options.content_region, options.keypoints);
  Signature signature;
  RowReader rows = image.rows();
  for (LumaRow row; rows.next(row);) {
    hashers.add(row);
    reduced.add(row);
  }
  if (!note_damage(signature, rows.decoded())) return signature;
  signature.hashes = hashers.finish();
  reduced.finish(signature, options.algorithms);
  return signature;
}

void append(std::vector<SignatureHash>& hashes, std::vector<SignatureHash>&& more) {
  std::move(more.begin(), more.end(), std::back_inserter(hashes));
}

bool equal_luma(const LumaRow& a, const LumaRow& b) {
  return std::equal(a.gray.begin(), a.gray.end(), b.gray.begin(), b.gray.end()) &&
         std::equal(a.milli.begin(), a.milli.end(), b.milli.begin(), b.milli.end());
}

/// Nothing where no pixel is transparent: white and black are then the same.
std::vector<SignatureHash> sign_on_grounds(const Image& image,
                                           std::span<const std::string> algorithms) {
  constexpr std::uint8_t white = 255;
  constexpr std::uint8_t black = 0;
  const std::vector<std::string> names = hashing::algorithms_of_regions(algorithms);
  hashing::Hashers on_white(names, image.info());
  hashing::Hashers on_black(names, image.info());
  if (!image.info().has_alpha || on_white.empty()) return {};
  RowReader light = image.rows(1, white);
  RowReader dark = image.rows(1, black);
  bool transparent = false;
  for (LumaRow a, b; light.next(a) && dark.next(b);) {
    on_white.add(a);
    on_black.add(b);
    transparent = transparent || !equal_luma(a, b);
  }
  if (!transparent) return {};
  std::vector<SignatureHash> hashes = on_white.finish(Region::on_white);
  append(hashes, on_black.finish(Region::on_black));
  return hashes;
}

}  // namespace

Signature sign(const Image& image, const SignOptions& options) {
  if (options.algorithms.empty() && !options.keypoints)
    throw Error(ErrorCode::invalid_argument, "no algorithm to sign the picture with");
  hashing::Hashers hashers(options.algorithms, image.info());
  // Known from the header: what cannot be hashed need not be decoded.
  if (hashers.empty() && !options.keypoints) return {};
  Signature signature = is_fast(options) ? sign_fast(image) : sign_once(image, options, hashers);
  if (options.grounds && !signature.hashes.empty())
    append(signature.hashes, sign_on_grounds(image, options.algorithms));
  return signature;
}

Signature sign(const Image& image, PdqProfile profile) {
  SignOptions options;
  options.profile = profile;
  return sign(image, options);
}

Signature sign(const Image& image, std::span<const std::string> algorithms, PdqProfile profile) {
  SignOptions options;
  options.algorithms.assign(algorithms.begin(), algorithms.end());
  options.profile = profile;
  return sign(image, options);
}

}  // namespace ectype
