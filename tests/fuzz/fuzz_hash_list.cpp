// Any text: every line is an entry, a row without a hash, or a bad line with its reason. An entry has
// a hash, or only digests.
#include "ectype/error.hpp"
#include "ectype/hash_list.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto format : {ectype::ListFormat::automatic, ectype::ListFormat::lines,
                            ectype::ListFormat::csv, ectype::ListFormat::jsonl}) {
    ectype::HashList list;
    try {
      list = ectype::parse_hash_list(text, {format, "fuzz", "", ""});
    } catch (const ectype::Error& error) {
      if (error.code() != ectype::ErrorCode::unsupported) std::abort();
      return 0;
    }
    if (list.items.size() + list.bad_lines.size() + list.without_hash != list.lines) std::abort();
    for (const auto& bad : list.bad_lines)
      if (bad.reason.empty() || bad.line == 0) std::abort();
    for (const auto& item : list.items)
      if (item.item.name.empty() || item.hashes.size() > 1 ||
          (item.hashes.empty() && item.item.digests.empty()))
        std::abort();
  }
  return 0;
}
