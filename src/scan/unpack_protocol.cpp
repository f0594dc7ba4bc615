#include "scan/unpack_protocol.hpp"

#include "core/byte_stream.hpp"
#include "scan/result_bytes.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace ectype::scan {
namespace {

constexpr std::size_t kMostNameBytes = 1 << 16;

/// What is longer is no name and no reason of a reader in its senses.
std::string short_text(ByteReader& reader) {
  std::string text = reader.text();
  if (text.size() > kMostNameBytes) reader.fail("a text is too long");
  return text;
}

std::string_view cut(const std::string& text) {
  return std::string_view(text).substr(0, kMostNameBytes);
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const MemberHeader& header) {
  ByteWriter writer;
  writer.put_flag(true);
  writer.put_text(cut(header.name));
  put_enum(writer, header.kind);
  writer.put_flag(header.encrypted);
  writer.put_flag(header.size.has_value());
  writer.put(header.size.value_or(0), 8);
  writer.put_flag(header.modified_seconds.has_value());
  writer.put(static_cast<std::uint64_t>(header.modified_seconds.value_or(0)), 8);
  writer.put(header.modified_nanoseconds, 4);
  return std::move(writer.out);
}

std::vector<std::uint8_t> to_bytes(const ArchiveEnd& end) {
  ByteWriter writer;
  writer.put_flag(false);
  writer.put_text(cut(end.damage));
  return std::move(writer.out);
}

HeaderAnswer read_header_answer(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes, "the header of a member");
  HeaderAnswer answer;
  if (reader.flag()) {
    MemberHeader& header = answer.header.emplace();
    header.name = short_text(reader);
    header.kind = read_enum(reader, MemberHeader::Kind::special);
    header.encrypted = reader.flag();
    const bool has_size = reader.flag();
    const std::uint64_t size = reader.number(8);
    if (has_size) header.size = size;
    const bool has_time = reader.flag();
    const auto seconds = static_cast<std::int64_t>(reader.number(8));
    if (has_time) header.modified_seconds = seconds;
    header.modified_nanoseconds = static_cast<std::uint32_t>(reader.number(4, 999'999'999));
  } else {
    answer.end.damage = short_text(reader);
  }
  reader.require_end();
  return answer;
}

std::vector<std::uint8_t> to_bytes(const MemberData& data) {
  ByteWriter writer;
  writer.put(data.bytes, 8);
  put_enum(writer, data.state);
  writer.put_text(cut(data.reason));
  return std::move(writer.out);
}

MemberData read_member_data(std::span<const std::uint8_t> bytes, std::uint64_t max_bytes) {
  ByteReader reader(bytes, "how a member was written");
  MemberData data;
  data.bytes = reader.number(8, max_bytes);
  data.state = read_enum(reader, MemberData::State::damaged);
  data.reason = short_text(reader);
  reader.require_end();
  return data;
}

}  // namespace ectype::scan
