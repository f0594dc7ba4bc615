#include "core/known_algorithms.hpp"

#include "ectype/error.hpp"
#include "ectype/signature.hpp"

#include <algorithm>
#include <bit>
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

class Writer {
 public:
  void put(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  void put(double value) { put(std::bit_cast<std::uint64_t>(value), 8); }
  template <typename Bytes>
  void put_text(const Bytes& text) {
    put(text.size(), 4);
    out.insert(out.end(), text.begin(), text.end());
  }

  std::vector<std::uint8_t> out;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t number(int size) {
    std::uint64_t value = 0;
    const auto part = take(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < part.size(); ++i) value |= std::uint64_t{part[i]} << 8 * i;
    return value;
  }
  double real() { return std::bit_cast<double>(number(8)); }
  bool flag() {
    const std::uint64_t value = number(1);
    if (value > 1) fail("a flag is " + std::to_string(value));
    return value == 1;
  }
  std::span<const std::uint8_t> bytes() { return take(number(4)); }
  std::string text() {
    const auto part = bytes();
    return {part.begin(), part.end()};
  }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

  [[noreturn]] static void fail(const std::string& what) {
    throw Error(ErrorCode::damaged, "not a signature: " + what);
  }

 private:
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) fail("it is cut");
    const auto part = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return part;
  }

  std::span<const std::uint8_t> bytes_;
};

void put(Writer& writer, const SignatureHash& hash) {
  writer.put_text(hash.recipe.to_string());
  writer.put_text(to_string(hash.region));
  writer.put(hash.quality.value, 1);
  writer.put(hash.quality.degenerate ? 1 : 0, 1);
  writer.put_text(to_string(hash.hash().kind().metric));
  writer.put(hash.variants.size(), 4);
  for (const HashValue& variant : hash.variants) writer.put_text(variant.to_bytes());
}

SignatureHash read_hash(Reader& reader) {
  SignatureHash hash;
  hash.recipe = Recipe::parse(reader.text());
  hash.region = parse_region(reader.text());
  hash.quality.value = static_cast<std::uint8_t>(reader.number(1));
  hash.quality.degenerate = reader.flag();
  if (hash.quality.value > 100) Reader::fail("a quality is over 100");
  const Metric metric = parse_metric(reader.text());
  const std::uint64_t variants = reader.number(4);
  if (variants != 1 && variants != kTransformCount)
    Reader::fail("a hash has " + std::to_string(variants) + " variants");
  for (std::uint64_t i = 0; i < variants; ++i) {
    const auto bytes = reader.bytes();
    const bool counted = metric != Metric::keypoint_vote;
    hash.variants.push_back(HashValue::from_bytes(
        {metric, counted ? static_cast<std::uint32_t>(bytes.size()) : 0}, bytes));
    if (hash.variants[i].kind() != hash.variants[0].kind())
      Reader::fail("the variants of a hash are of different kinds");
  }
  require_kind_of(hash.recipe.algorithm, hash.variants[0].kind());
  return hash;
}

Signature read_signature(Reader& reader) {
  Signature signature;
  signature.damage = reader.text();
  signature.intact = reader.real();
  if (!(signature.intact >= 0 && signature.intact <= 1)) Reader::fail("a share is none");
  if (reader.flag()) {
    ContentRectangle& content = signature.content.emplace();
    for (double* edge : {&content.left, &content.top, &content.right, &content.bottom})
      *edge = reader.real();
    if (!(content.left >= 0 && content.left < content.right && content.right <= 1 &&
          content.top >= 0 && content.top < content.bottom && content.bottom <= 1))
      Reader::fail("its content lies outside of the picture");
  }
  for (std::uint64_t left = reader.number(4); left > 0; --left)
    signature.hashes.push_back(read_hash(reader));
  if (reader.left() > 0) Reader::fail("there is more after its end");
  return signature;
}

}  // namespace

std::vector<std::uint8_t> Signature::to_bytes() const {
  Writer writer;
  writer.out.assign(kMagic.begin(), kMagic.end());
  writer.put(kVersion, 1);
  writer.put_text(damage);
  writer.put(intact);
  writer.put(content ? 1 : 0, 1);
  if (content)
    for (const double edge : {content->left, content->top, content->right, content->bottom})
      writer.put(edge);
  writer.put(hashes.size(), 4);
  for (const SignatureHash& hash : hashes) put(writer, hash);
  return std::move(writer.out);
}

Signature Signature::from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() <= kMagic.size() || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin()))
    Reader::fail("it does not begin as one");
  Reader reader(bytes.subspan(kMagic.size()));
  if (const std::uint64_t version = reader.number(1); version != kVersion)
    throw Error(ErrorCode::unsupported, "signature of version " + std::to_string(version) +
                                            ": this library reads version 1; sign it again");
  try {
    return read_signature(reader);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::damaged) throw;
    Reader::fail(error.what());
  }
}

}  // namespace ectype
