#pragma once

#include "core/locked_files.hpp"
#include "scan/file_facts.hpp"

#include "ectype/scan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ectype::scan {

/// A member of an archive, unpacked in memory.
struct MemberFile {
  ReadDescriptor descriptor;
  std::optional<std::int64_t> modified_seconds;
  std::uint32_t modified_nanoseconds = 0;
  std::string damage;            ///< of its data in the archive
  std::shared_ptr<void> memory;  ///< gives back what it takes of the budget
};

/// What an archive turned out to be.
struct UnpackedArchive {
  Outcome outcome = Outcome::unpacked;
  std::string reason;
  std::uint64_t rows = 0;       ///< of what lies in it
  bool host_failed = false;     ///< as in FileResult
  bool may_be_picture = false;  ///< it begins as one, too, or nothing was found in it
};

/// Where an entry of a walk lies, and what is known of it beyond its path.
struct ArchivePlace {
  std::vector<std::string> members;         ///< as in FileResult
  std::string place;                        ///< as in ScanState
  bool host_failed = false;                 ///< as in FileResult
  FileIdentity identity;                    ///< of the file that all of it lies in
  std::shared_ptr<const MemberFile> file;   ///< null for the file at the path, or without content
  std::optional<UnpackedArchive> unpacked;  ///< an archive, whose members were visited already
  std::optional<FileResult> result;         ///< known from an earlier run
};

}  // namespace ectype::scan
