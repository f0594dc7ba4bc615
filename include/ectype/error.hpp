#pragma once

#include "ectype/export.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace ectype {

/// What kind of thing went wrong. The message of an `Error` names the file, the value and the
/// remedy; the code is for programs.
enum class ErrorCode {
  invalid_argument,  ///< a value outside its documented range or form
  unreadable,        ///< the operating system refused to open or read
  unsupported,       ///< not an image, or a format that is recognised but not built in
  damaged,           ///< the content contradicts its own format
  over_limit,        ///< larger than the limits given; the message says how to raise them
  mismatch,          ///< two things that must not be compared or mixed
  not_found,         ///< a file or entry that does not exist
  already_exists,    ///< a file or entry that would be overwritten
  interrupted,       ///< ended early, as the caller asked
  storage,           ///< writing failed (full disk, locked, read-only)
  internal,          ///< a broken invariant: please report it
};

/// The code's name as written here, such as "over_limit".
ECTYPE_API std::string_view to_string(ErrorCode code) noexcept;

/// The only exception type that the library throws on purpose.
class ECTYPE_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace ectype
