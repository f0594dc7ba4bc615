#pragma once

#include "ectype/hash_set.hpp"
#include "ectype/signature.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// An item whose PDQ hashes are trusted.
ectype::ItemWithHashes item(const std::string& name, const std::vector<ectype::Hash256>& hashes);

/// A trusted PDQ hash that is that of all eight transforms.
ectype::Signature query(const ectype::Hash256& hash);

/// What a stranger does to the file of a set.
void execute(const std::filesystem::path& path, const std::string& sql);

}  // namespace support
