#include "ectype/scan.hpp"

namespace ectype {

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::hashed:
      return "hashed";
    case Outcome::matched:
      return "matched";
    case Outcome::low_quality:
      return "low_quality";
    case Outcome::damaged:
      return "damaged";
    case Outcome::unsupported:
      return "unsupported";
    case Outcome::over_limit:
      return "over_limit";
    case Outcome::timed_out:
      return "timed_out";
    case Outcome::crashed:
      return "crashed";
    case Outcome::unreadable:
      return "unreadable";
    case Outcome::skipped:
      return "skipped";
    case Outcome::unpacked:
      return "unpacked";
  }
  return "crashed";
}

std::string_view to_string(Thumbnail thumbnail) noexcept {
  switch (thumbnail) {
    case Thumbnail::same:
      return "same";
    case Thumbnail::differs:
      return "differs";
    case Thumbnail::not_compared:
      return "not_compared";
    case Thumbnail::unreadable:
      return "unreadable";
  }
  return "unreadable";
}

bool FileResult::examined() const noexcept {
  switch (outcome) {
    case Outcome::hashed:
    case Outcome::matched:
    case Outcome::low_quality:
    case Outcome::skipped:
    case Outcome::unpacked:
      return true;
    case Outcome::damaged:
      return recipe.has_value();
    case Outcome::unsupported:
    case Outcome::over_limit:
    case Outcome::timed_out:
    case Outcome::crashed:
    case Outcome::unreadable:
      return false;
  }
  return false;
}

}  // namespace ectype
