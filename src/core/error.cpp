#include "ectype/error.hpp"

namespace ectype {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::unreadable:
      return "unreadable";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::damaged:
      return "damaged";
    case ErrorCode::over_limit:
      return "over_limit";
    case ErrorCode::mismatch:
      return "mismatch";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::storage:
      return "storage";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace ectype
