#pragma once

#include "report/html/table.hpp"

#include "ectype/run_record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ectype::report::html {

/// How the page begins: by this an older one is known, and may be replaced.
inline constexpr std::string_view kMagic = "<!doctype html>\n<!-- ectype scan report -->\n";

/// Rows, and how many there are with those that are not listed.
struct Rows {
  std::vector<std::string> listed;
  std::uint64_t total = 0;
};

/// What a page is made of.
struct Content {
  const RunRecord& run;
  const Rows& matches;
  const std::map<Outcome, Rows>& for_a_person;  ///< of `matched`: the damaged ones
  bool pictures = false;                        ///< the page may show them
  std::uint64_t pictures_left_out = 0;
};

void write_page(const Write& write, const Content& content);

// Its parts.
void write_summary(const Write& write, const Content& content);
void write_method(const Write& write, const Content& content);
void write_provenance(const Write& write, const RunRecord& run);
void write_matches(const Write& write, const Content& content);
void write_for_a_person(const Write& write, const Content& content);

}  // namespace ectype::report::html
