#include "report/html/words.hpp"

namespace ectype::report::html {

std::string_view meaning(Outcome outcome) {
  switch (outcome) {
    case Outcome::matched:
      return "A file that matches at least one known picture of the set.";
    case Outcome::hashed:
      return "A picture that was compared and matches none of the set.";
    case Outcome::low_quality:
      return "A picture with too little content to be compared, such as a plain area.";
    case Outcome::damaged:
      return "A damaged picture; as far as it could be decoded, it matches none of the set.";
    case Outcome::unsupported:
      return "Not a picture, or a picture of a format that cannot be read.";
    case Outcome::over_limit:
      return "Larger than the limits of this scan; not examined.";
    case Outcome::timed_out:
      return "Took longer than the deadline of this scan; not examined.";
    case Outcome::crashed:
      return "Its decoder failed in a way that it must not; not examined.";
    case Outcome::unreadable:
      return "The system refused to open or to read it; not examined.";
    case Outcome::skipped:
      return "A symbolic link, pipe, device or socket; not opened.";
    case Outcome::unpacked:
      return "An archive; each file in it has an outcome of its own.";
  }
  return {};
}

std::string_view task(Outcome outcome) {
  switch (outcome) {
    case Outcome::matched:
      return "These match a known picture although they are damaged. What is missing of them was "
             "not compared.";
    case Outcome::damaged:
      return "Parts of these were never seen. Repair them, or look at them with another program.";
    case Outcome::unreadable:
      return "Find out why the system refused them, and scan them again.";
    case Outcome::timed_out:
      return "Scan them again with a longer deadline, or look at them with another program.";
    case Outcome::crashed:
      return "Such a file may have been made to attack its reader: open it in isolation only.";
    case Outcome::over_limit:
      return "Scan them again with higher limits, or look at them with another program.";
    case Outcome::unsupported:
      return "Those that are pictures all the same, or hold some, were not compared: convert them, "
             "or look at them with another program.";
    case Outcome::hashed:
    case Outcome::low_quality:
    case Outcome::skipped:
    case Outcome::unpacked:
      return {};
  }
  return {};
}

std::string_view rule(std::string_view level) {
  if (level == "strict")
    return "At the level “strict”, a file matches where one hash of it lies within a fixed "
           "distance, the radius, of a hash of a known picture.";
  if (level == "standard")
    return "At the level “standard”, the evidence of PDQ, GradientGrid and keypoints together "
           "decides, of the whole picture and of its content without borders: a file matches where "
           "unrelated pictures would show such evidence no more often than the number of false "
           "matches that was allowed.";
  if (level == "thorough")
    return "At the level “thorough”, the evidence of PDQ, GradientGrid and keypoints together "
           "decides, with keypoints enough to find parts of known pictures, within other pictures "
           "too: a file matches where unrelated pictures would show such evidence no more often "
           "than the number of false matches that was allowed.";
  return {};
}

}  // namespace ectype::report::html
