#pragma once

#include "ectype/scan.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ectype::scan {

struct ArchivePlace;

/// A file to examine or, where `outcome` is set, one that is not to be opened, and why.
struct WalkEntry {
  std::string path;
  std::optional<Outcome> outcome;
  std::string reason;
  std::shared_ptr<const ArchivePlace> place = {};  ///< of archives, and of what lies in them
};

/// Visits the given paths in their order; a folder's entries follow in byte order of their names,
/// depth first. Links are followed where they are given themselves, never below a folder.
/// Throws Error (interrupted) once `stop`, which may be null, is true.
void walk(std::span<const std::string> paths, const std::function<void(WalkEntry)>& visit,
          const std::atomic<bool>* stop = nullptr);

}  // namespace ectype::scan
