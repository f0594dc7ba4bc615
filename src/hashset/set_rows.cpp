#include "hashset/set_rows.hpp"

#include "ectype/byte_index.hpp"
#include "ectype/multi_index.hpp"
#include "ectype/search_index.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>

namespace ectype::hashset {
namespace {

constexpr int kIndexRadius = 31;
/// Rows beside the base of an index are searched one by one: so many may be.
constexpr std::uint64_t kSmallDelta = 1 << 16;

std::vector<SetHit> without_votes(const std::vector<Hit>& hits) {
  std::vector<SetHit> found;
  found.reserve(hits.size());
  for (const Hit& hit : hits) found.push_back({hit, nullptr});
  return found;
}

template <typename Hash>
std::vector<Hash> as_bits(std::span<const HashValue> values) {
  std::vector<Hash> hashes;
  hashes.reserve(values.size());
  for (const HashValue& value : values) hashes.push_back(value.as<Hash>());
  return hashes;
}

template <typename Hash>
class BitRows final : public SetRows {
 public:
  BitRows() = default;
  explicit BitRows(const std::filesystem::path& file)
      : file_(std::make_shared<const MultiIndex<Hash>>(MultiIndex<Hash>::open(file))),
        index_(file_) {}

  void add(std::span<const HashValue> hashes) override { index_.add(as_bits<Hash>(hashes)); }
  void remove(std::span<const std::uint64_t> rows) override { index_.remove(rows); }
  [[nodiscard]] std::vector<SetHit> search(std::span<const HashValue> queries,
                                           const SetSearch& what) const override {
    const int radius = static_cast<int>(std::min<std::uint32_t>(what.radius, Hash::bits));
    return without_votes(index_.within(as_bits<Hash>(queries), radius));
  }
  [[nodiscard]] const IndexStamp* stamp() const override {
    return file_ ? &file_->stamp() : nullptr;
  }
  [[nodiscard]] std::uint64_t file_rows() const override { return file_ ? file_->size() : 0; }
  [[nodiscard]] std::int64_t file_id(std::uint64_t row) const override { return file_->id(row); }
  [[nodiscard]] HashValue file_hash(std::uint64_t row) const override {
    return file_->hashes()[row];
  }
  void verify_file() const override { file_->verify(); }
  void tidy() override {
    const std::unique_lock lock(tidying_, std::try_to_lock);
    if (lock && index_.delta_size() > std::max(kSmallDelta, index_.size() / 4))
      index_.compact({kIndexRadius, 1});
  }

 private:
  std::shared_ptr<const MultiIndex<Hash>> file_;
  SearchIndex<Hash> index_;
  std::mutex tidying_;
};

class ByteRows final : public SetRows {
 public:
  explicit ByteRows(std::size_t bytes) : index_(bytes) {}

  void add(std::span<const HashValue> hashes) override {
    const std::vector<std::uint8_t> bytes = joined(hashes);
    const std::unique_lock lock(mutex_);
    index_.add(bytes);
  }
  void remove(std::span<const std::uint64_t> rows) override {
    const std::unique_lock lock(mutex_);
    index_.remove(rows);
  }
  [[nodiscard]] std::vector<SetHit> search(std::span<const HashValue> queries,
                                           const SetSearch& what) const override {
    const std::shared_lock lock(mutex_);
    return without_votes(index_.within(joined(queries), what.radius));
  }

 private:
  static std::vector<std::uint8_t> joined(std::span<const HashValue> hashes) {
    std::vector<std::uint8_t> all;
    for (const HashValue& hash : hashes) {
      const std::vector<std::uint8_t> bytes = hash.to_bytes();
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  }

  mutable std::shared_mutex mutex_;
  ByteIndex index_;
};

class KeypointRows final : public SetRows {
 public:
  void add(std::span<const HashValue> hashes) override { index_.add(as_keypoints(hashes)); }
  void remove(std::span<const std::uint64_t> rows) override { index_.remove(rows); }
  [[nodiscard]] std::vector<SetHit> search(std::span<const HashValue> queries,
                                           const SetSearch& what) const override {
    std::vector<SetHit> found;
    for (KeypointHit& hit : index_.match(as_keypoints(queries), what.keypoints))
      found.push_back({{hit.query, 0, hit.picture},
                       std::make_shared<const KeypointMatch>(std::move(hit.match))});
    return found;
  }

 private:
  static std::vector<KeypointSignature> as_keypoints(std::span<const HashValue> values) {
    std::vector<KeypointSignature> all;
    all.reserve(values.size());
    for (const HashValue& value : values) all.push_back(value.as<KeypointSignature>());
    return all;
  }

  KeypointIndex index_;
};

/// Calls `use` with an empty hash of the kind, which must be one of bits.
template <typename Use>
auto with_bit_hash(HashKind kind, Use use) {
  if (kind == bit_kind(64)) return use(Hash64{});
  if (kind == bit_kind(128)) return use(Hash128{});
  if (kind == bit_kind(256)) return use(Hash256{});
  throw Error(ErrorCode::unsupported, "there are no index files of " + kind.to_string());
}

}  // namespace

std::unique_ptr<SetRows> SetRows::create(HashKind kind) {
  if (kind == kKeypointKind) return std::make_unique<KeypointRows>();
  if (kind.metric == Metric::squared_l2) return std::make_unique<ByteRows>(kind.bytes);
  return with_bit_hash(kind, [](auto hash) -> std::unique_ptr<SetRows> {
    return std::make_unique<BitRows<decltype(hash)>>();
  });
}

std::unique_ptr<SetRows> SetRows::open(HashKind kind, const std::filesystem::path& file) {
  return with_bit_hash(kind, [&](auto hash) -> std::unique_ptr<SetRows> {
    return std::make_unique<BitRows<decltype(hash)>>(file);
  });
}

void save_rows(HashKind kind, std::span<const HashValue> hashes, const IndexStamp& stamp,
               std::span<const std::int64_t> ids, const std::filesystem::path& file,
               unsigned threads) {
  with_bit_hash(kind, [&](auto hash) {
    using Hash = decltype(hash);
    MultiIndex<Hash>(as_bits<Hash>(hashes), {kIndexRadius, threads}).save(file, stamp, ids);
  });
}

}  // namespace ectype::hashset
