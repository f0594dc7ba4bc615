#pragma once

#include "hashset/key_rows.hpp"
#include "hashset/set_rows.hpp"

#include "ectype/hash_set.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ectype::hashset {

/// Whether there are index files for such hashes: they have bits, and the name of their algorithm
/// fits into the file's head.
bool has_file(const IndexKey& key);

/// Where the index file lies: beside the set. What could mean something in a path is written as
/// "%2f"; that of an algorithm of others also has the number of bits.
std::filesystem::path index_path(const std::filesystem::path& set, const IndexKey& key);

/// What a file was built from, as the set it has to belong to would say it.
Meta meta_of(const IndexStamp& stamp);

/// Null where there is none that can be used: the set itself has all that it holds.
std::unique_ptr<SetRows> open_rows(Database& database, const std::filesystem::path& set,
                                   const IndexKey& key);

/// Reads the rows and writes every index file. Others may change the set meanwhile. Returns what it
/// wrote.
std::vector<std::filesystem::path> write_set_indexes(Database& database,
                                                     const std::filesystem::path& set,
                                                     unsigned threads);

/// What can be said of the index files that are there, without reading them whole. Within the
/// caller's transaction.
std::vector<SetIndexInfo> describe_indexes(Database& database, const std::filesystem::path& set,
                                           const Meta& meta);
/// Reads them whole, compares them with the set, and returns what is wrong with them.
std::vector<std::string> verify_indexes(Database& database, const std::filesystem::path& set,
                                        const Meta& meta);

}  // namespace ectype::hashset
