#pragma once

#include "ectype/scan.hpp"

#include <array>
#include <string_view>

namespace ectype::report::html {

/// In the order in which the page lists them.
inline constexpr std::array<Outcome, 11> kOutcomes{
    Outcome::matched,     Outcome::hashed,    Outcome::low_quality, Outcome::damaged,
    Outcome::unreadable,  Outcome::timed_out, Outcome::crashed,     Outcome::over_limit,
    Outcome::unsupported, Outcome::skipped,   Outcome::unpacked};

/// What became of such a file, in plain words.
std::string_view meaning(Outcome outcome);

/// What is left to be done by a person with such files; empty where nothing is. Of `matched`: with
/// those that are damaged.
std::string_view task(Outcome outcome);

/// How a level decides; empty for a name that is none.
std::string_view rule(std::string_view level);

}  // namespace ectype::report::html
