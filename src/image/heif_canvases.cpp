#include "image/heif_canvases.hpp"

#include "image/heif_boxes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace ectype::image {
namespace {

/// libheif refuses files with more.
constexpr std::uint64_t kMaxExtents = 32;

enum class Kind : std::uint8_t { grid, overlay };

/// The items that are put together from others.
std::map<std::uint64_t, Kind> derived_items(const ByteSource& source, const IsoBox& meta) {
  std::map<std::uint64_t, Kind> items;
  const auto info = children_of_meta(source, meta).find("iinf");
  std::array<std::uint8_t, 8> head{};
  if (!info || !info->read(source, 0, std::span(head).first(1))) return items;
  const std::uint64_t before_entries = head[0] == 0 ? 6 : 8;  // version, flags and the count
  IsoBoxes entries(source, info->begin + before_entries, info->end);
  while (const auto entry = entries.find("infe")) {
    if (!entry->read(source, 0, head)) continue;
    const std::size_t id_bytes = head[0] == 3 ? 4 : 2;
    std::array<std::uint8_t, 4> type{};
    if (head[0] < 2 || !entry->read(source, 4 + id_bytes + 2, type)) continue;
    const std::string_view name(reinterpret_cast<const char*>(type.data()), type.size());
    const std::uint64_t id = big_endian(std::span(head).subspan(4), id_bytes);
    if (name == "grid") items[id] = Kind::grid;
    if (name == "iovl") items[id] = Kind::overlay;
  }
  return items;
}

/// The head of the data of a grid or an overlay, from one extent after the other.
class ItemHead {
 public:
  void append(const ByteSource& source, std::uint64_t begin, std::uint64_t length) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, bytes_.size() - size_));
    size_ += source.read_at(begin, std::span(bytes_).subspan(size_, wanted));
  }

  [[nodiscard]] std::optional<HeifCanvas> canvas(Kind kind) const {
    Numbers numbers{std::span(bytes_).first(size_)};
    numbers.take(1);  // version
    const std::size_t bytes = (numbers.take(1) & 1) != 0 ? 4 : 2;
    numbers.take(kind == Kind::grid ? 2 : 8);  // rows and columns; or the colour of the ground
    HeifCanvas size;
    size.width = numbers.take(bytes);
    size.height = numbers.take(bytes);
    if (numbers.failed()) return std::nullopt;
    return size;
  }

 private:
  std::array<std::uint8_t, 18> bytes_{};
  std::size_t size_ = 0;
};

/// Reads iloc: where the data of items lie.
class Locations {
 public:
  Locations(const ByteSource& source, const IsoBox& meta, std::span<const std::uint8_t> table)
      : source_(source), data_(children_of_meta(source, meta).find("idat")), table_(table) {
    version_ = table_.take(1);
    table_.take(3);
    const std::uint64_t sizes = table_.take(1);
    offset_bytes_ = sizes >> 4;
    length_bytes_ = sizes & 15;
    const std::uint64_t more = table_.take(1);
    base_bytes_ = more >> 4;
    index_bytes_ = version_ == 0 ? 0 : more & 15;
    left_ = table_.take(version_ < 2 ? 2 : 4);
  }

  /// The canvases of `items`, each entry of them: which of two libheif takes is for it to say.
  std::vector<HeifCanvas> canvases(const std::map<std::uint64_t, Kind>& items) {
    std::vector<HeifCanvas> found;
    for (; left_ > 0 && !table_.failed() && !table_.at_end(); --left_) {
      const std::uint64_t id = table_.take(version_ < 2 ? 2 : 4);
      const auto item = items.find(id);
      const ItemHead head = read_entry(item != items.end());
      if (item == items.end()) continue;
      if (const auto canvas = head.canvas(item->second)) found.push_back(*canvas);
    }
    return found;
  }

 private:
  ItemHead read_entry(bool wanted) {
    const std::uint64_t method = version_ == 0 ? 0 : table_.take(2) & 15;
    table_.take(2);  // the file that holds the data: this one
    const std::uint64_t base = table_.take(base_bytes_);
    const std::uint64_t extents = table_.take(2);
    ItemHead head;
    if (extents > kMaxExtents) left_ = 1;  // ends with this entry
    for (std::uint64_t i = 0; i < std::min(extents, kMaxExtents); ++i) {
      table_.take(index_bytes_);
      const std::uint64_t at = base + table_.take(offset_bytes_);
      const std::uint64_t length = table_.take(length_bytes_);
      if (!wanted || table_.failed()) continue;
      const std::uint64_t most = length == 0 ? source_.size() : length;
      if (method == 0) head.append(source_, at, most);
      // Also beyond the end of the box, as libheif 1.15 does.
      if (method == 1 && data_ && at < source_.size())
        head.append(source_, data_->begin + at, most);
    }
    return head;
  }

  const ByteSource& source_;
  std::optional<IsoBox> data_;
  Numbers table_;
  std::uint64_t version_ = 0;
  std::size_t offset_bytes_ = 0, length_bytes_ = 0, base_bytes_ = 0, index_bytes_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace

std::vector<HeifCanvas> heif_canvases(const ByteSource& source) {
  const auto meta = only_meta(source);
  if (!meta) return {};
  const auto items = derived_items(source, *meta);
  if (items.empty()) return {};
  const auto box = children_of_meta(source, *meta).find("iloc");
  const auto table = box ? read_table(source, *box) : std::nullopt;
  if (!table) return {};
  return Locations(source, *meta, *table).canvases(items);
}

}  // namespace ectype::image
