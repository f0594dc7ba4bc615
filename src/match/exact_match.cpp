#include "hashset/hash_set_state.hpp"
#include "match/set_reader.hpp"

#include "ectype/hash_set.hpp"

#include <span>
#include <string>

namespace ectype {
namespace {

using hashset::Database;
using hashset::Statement;
using hashset::Transaction;

/// Items that share any digest; which of them have the same bytes is still to be seen.
std::vector<Item> items_with(const FileDigests& digests, Database& database) {
  std::string condition;
  const auto ask = [&](bool is_known, const char* term) {
    if (is_known) condition += (condition.empty() ? "" : " OR ") + std::string(term);
  };
  ask(digests.md5.has_value(), "md5 = ?1");
  ask(digests.sha1.has_value(), "sha1 = ?2");
  ask(digests.sha256.has_value(), "sha256 = ?3");
  Statement select(
      database, std::string(hashset::kSelectItems) + "WHERE " + condition + " ORDER BY items.id");
  if (digests.md5) select.bind(1, std::span<const std::uint8_t>(*digests.md5));
  if (digests.sha1) select.bind(2, std::span<const std::uint8_t>(*digests.sha1));
  if (digests.sha256) select.bind(3, std::span<const std::uint8_t>(*digests.sha256));
  std::vector<Item> items;
  while (select.step()) items.push_back(hashset::read_item(select, database.name()));
  return items;
}

}  // namespace

std::vector<Match> HashSet::match_exact(const FileDigests& digests,
                                        const MatchOptions& options) const {
  std::vector<Match> matches;
  if (digests.empty()) return matches;
  const auto lock = state_->locked();
  Database& database = state_->current();
  const Transaction transaction(database, Transaction::Kind::read);
  const hashset::Meta meta = hashset::read_meta(database);
  match::SetReader reader(database, state_->quarantine.ids(database, meta), options);
  for (Item& item : items_with(digests, database)) {
    Match match;
    match.exact = same_bytes(digests, item.digests);
    if (!match.exact) continue;
    match.quarantined = reader.has_quarantined(item.id);
    if (match.quarantined && !options.include_quarantined) continue;
    match.distance = -1;
    match.item = std::move(item);
    matches.push_back(std::move(match));
  }
  return matches;
}

}  // namespace ectype
