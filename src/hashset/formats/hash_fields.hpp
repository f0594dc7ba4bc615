#pragma once

#include "ectype/hash_set.hpp"

#include <map>
#include <string>

namespace ectype::hashset {

/// The fields of an entry of a list, by our own names.
using Fields = std::map<std::string, std::string>;

/// Reads a hash and what stands beside it; returns what is wrong with it, empty where nothing is.
std::string read_hash_fields(Fields& fields, StoredHash& stored);

/// The same of md5, sha1 and sha256, of which any may be missing.
std::string read_digest_fields(const Fields& fields, FileDigests& digests);

}  // namespace ectype::hashset
