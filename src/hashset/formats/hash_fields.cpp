#include "hashset/formats/hash_fields.hpp"

#include "core/known_algorithms.hpp"
#include "hashset/formats/lines.hpp"

#include "ectype/text.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace ectype::hashset {
namespace {

std::optional<bool> read_flag(std::string_view text) {
  const std::string lower = lower_ascii(text);
  if (lower == "true" || lower == "1" || lower == "yes") return true;
  if (lower.empty() || lower == "false" || lower == "0" || lower == "no") return false;
  return std::nullopt;
}

/// Of ours it is known; of others the metric tells, and bits are meant where none is given.
HashKind kind_of(Fields& fields, const std::string& algorithm) {
  if (const KnownAlgorithm* known = find_known(algorithm)) return known->kind;
  const std::string& metric = fields["metric"];
  const HashKind kind{metric.empty() ? Metric::hamming : parse_metric(metric),
                      static_cast<std::uint32_t>(fields["hash"].size() / 2)};
  return kind.metric == Metric::keypoint_vote ? kKeypointKind : kind;
}

std::string read_quality(const std::string& text, StoredHash& stored) {
  if (text.empty()) return {};
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 100)
    return quote_start(text) + " is not a quality from 0 to 100";
  stored.quality = value;
  return {};
}

template <std::size_t Size>
std::string read_digest(const Fields& fields, const std::string& name,
                        std::optional<std::array<std::uint8_t, Size>>& digest) {
  const auto field = fields.find(name);
  const std::string_view text = field == fields.end() ? "" : trim(field->second);
  if (text.empty()) return {};
  if (from_hex(text, digest.emplace())) return {};
  return "not a " + name + " digest: " + describe_bad_hex(text, 2 * Size);
}

}  // namespace

std::string read_digest_fields(const Fields& fields, FileDigests& digests) {
  std::string fault = read_digest(fields, "md5", digests.md5);
  if (fault.empty()) fault = read_digest(fields, "sha1", digests.sha1);
  if (fault.empty()) fault = read_digest(fields, "sha256", digests.sha256);
  return fault;
}

std::string read_hash_fields(Fields& fields, StoredHash& stored) {
  const std::string& text = fields["hash"];
  try {
    stored.recipe =
        fields["recipe"].empty() ? Recipe::external("pdq") : Recipe::parse(fields["recipe"]);
    if (stored.recipe.algorithm == "pdq" && !Hash256::try_parse(text))
      return "not a PDQ hash: " + describe_bad_hex(text, 2 * Hash256::bytes);
    stored.hash = HashValue::parse(kind_of(fields, stored.recipe.algorithm), text);
    if (!fields["region"].empty()) stored.region = parse_region(fields["region"]);
  } catch (const Error& error) {
    return error.what();
  }
  for (const auto& [name, flag] :
       {std::pair{"degenerate", &stored.degenerate}, std::pair{"damaged", &stored.damaged}}) {
    const auto value = read_flag(fields[name]);
    if (!value) return quote_start(fields[name]) + " is neither true nor false";
    *flag = *value;
  }
  return read_quality(fields["quality"], stored);
}

}  // namespace ectype::hashset
