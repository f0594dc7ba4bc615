#include "core/byte_stream.hpp"
#include "core/known_algorithms.hpp"

#include "ectype/error.hpp"
#include "ectype/signature.hpp"

#include <algorithm>
#include <string>
#include <utility>

// The form of a signature outside of a program, all numbers little-endian:
//   "ECTS", version (1 byte), then
//   damage (text), intact (64 bits, IEEE 754), 0 or 1 and the four edges of the content (as
//   intact), number of hashes (32 bits), and for each
//     recipe (text), region (text), quality (1 byte), degenerate (1 byte), metric (text),
//     number of variants (32 bits), each as text
// A text is its length (32 bits) and its bytes.

namespace ectype {
namespace {

constexpr std::string_view kMagic = "ECTS";
constexpr std::uint8_t kVersion = 1;

void put(ByteWriter& writer, const SignatureHash& hash) {
  writer.put_text(hash.recipe.to_string());
  writer.put_text(to_string(hash.region));
  writer.put(hash.quality.value, 1);
  writer.put_flag(hash.quality.degenerate);
  writer.put_text(to_string(hash.hash().kind().metric));
  writer.put(hash.variants.size(), 4);
  for (const HashValue& variant : hash.variants) writer.put_text(variant.to_bytes());
}

SignatureHash read_hash(ByteReader& reader) {
  SignatureHash hash;
  hash.recipe = Recipe::parse(reader.text());
  hash.region = parse_region(reader.text());
  hash.quality.value = static_cast<std::uint8_t>(reader.number(1));
  hash.quality.degenerate = reader.flag();
  if (hash.quality.value > 100) reader.fail("a quality is over 100");
  const Metric metric = parse_metric(reader.text());
  const std::uint64_t variants = reader.number(4);
  if (variants != 1 && variants != kTransformCount)
    reader.fail("a hash has " + std::to_string(variants) + " variants");
  for (std::uint64_t i = 0; i < variants; ++i) {
    const auto bytes = reader.bytes();
    const bool counted = metric != Metric::keypoint_vote;
    hash.variants.push_back(HashValue::from_bytes(
        {metric, counted ? static_cast<std::uint32_t>(bytes.size()) : 0}, bytes));
    if (hash.variants[i].kind() != hash.variants[0].kind())
      reader.fail("the variants of a hash are of different kinds");
  }
  require_kind_of(hash.recipe.algorithm, hash.variants[0].kind());
  return hash;
}

Signature read_signature(ByteReader& reader) {
  Signature signature;
  signature.damage = reader.text();
  signature.intact = reader.real();
  if (!(signature.intact >= 0 && signature.intact <= 1)) reader.fail("a share is none");
  if (reader.flag()) {
    ContentRectangle& content = signature.content.emplace();
    for (double* edge : {&content.left, &content.top, &content.right, &content.bottom})
      *edge = reader.real();
    if (!(content.left >= 0 && content.left < content.right && content.right <= 1 &&
          content.top >= 0 && content.top < content.bottom && content.bottom <= 1))
      reader.fail("its content lies outside of the picture");
  }
  for (std::uint64_t left = reader.number(4); left > 0; --left)
    signature.hashes.push_back(read_hash(reader));
  reader.require_end();
  return signature;
}

}  // namespace

std::vector<std::uint8_t> Signature::to_bytes() const {
  ByteWriter writer;
  writer.out.assign(kMagic.begin(), kMagic.end());
  writer.put(kVersion, 1);
  writer.put_text(damage);
  writer.put_real(intact);
  writer.put_flag(content.has_value());
  if (content)
    for (const double edge : {content->left, content->top, content->right, content->bottom})
      writer.put_real(edge);
  writer.put(hashes.size(), 4);
  for (const SignatureHash& hash : hashes) put(writer, hash);
  return std::move(writer.out);
}

Signature Signature::from_bytes(std::span<const std::uint8_t> bytes) {
  const bool is_one =
      bytes.size() > kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), bytes.begin());
  ByteReader reader(is_one ? bytes.subspan(kMagic.size()) : bytes, "a signature");
  if (!is_one) reader.fail("it does not begin as one");
  if (const std::uint64_t version = reader.number(1); version != kVersion)
    throw Error(ErrorCode::unsupported, "signature of version " + std::to_string(version) +
                                            ": this library reads version 1; sign it again");
  try {
    return read_signature(reader);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::damaged) throw;
    reader.fail(error.what());
  }
}

}  // namespace ectype
