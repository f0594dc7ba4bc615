#include "support/sets.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace support {

using namespace ectype;

ItemWithHashes item(const std::string& name, const std::vector<Hash256>& hashes) {
  ItemWithHashes entry{{0, name, "", "", "", "", ""}, {}};
  for (const Hash256& hash : hashes)
    entry.hashes.push_back({{"pdq", 1, "exact"}, Region::whole, hash, 100, false, false});
  return entry;
}

Signature query(const Hash256& hash) {
  SignatureHash signed_hash{{"pdq", 1, "exact"}, Region::whole, {100, false}, {}};
  signed_hash.variants.assign(kTransformCount, hash);
  Signature signature;
  signature.hashes.push_back(std::move(signed_hash));
  return signature;
}

void execute(const std::filesystem::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

}  // namespace support
