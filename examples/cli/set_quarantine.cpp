#include "cli.hpp"
#include "output.hpp"
#include <ectype/hash_set.hpp>
#include <ectype/hubs.hpp>
#include <ectype/report.hpp>
#include <ectype/row_text.hpp>

#include <memory>
#include <span>

#include <nlohmann/json.hpp>

namespace cli {
namespace {

std::string hashes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " hash" : " hashes");
}

struct DoctorCommand {
  std::string set, format, output;
  ectype::HubOptions options;
  bool quarantine = false;

  [[nodiscard]] int run() const {
    ectype::HashSet known = ectype::HashSet::open(set, !quarantine);
    Output out(output);
    const ectype::HubReport report = find_hubs(known, options);
    const std::string form = !format.empty() ? format : out.is_terminal() ? "table" : "jsonl";
    if (form == "csv") out.write(ectype::hub_header_csv());
    if (form == "table") out.write(ectype::hub_header_table());
    std::vector<std::int64_t> bridges;
    std::uint64_t bridge_count = 0;
    for (const ectype::Hub& hub : report.hubs) {
      out.write(form == "csv"     ? hub_row_csv(hub)
                : form == "table" ? hub_row_table(hub)
                                  : hub_row_json(hub));
      if (!hub.is_bridge()) continue;
      ++bridge_count;
      bridges.insert(bridges.end(), hub.hash_ids.begin(), hub.hash_ids.end());
    }
    // First what is asked for, then the report of it: a hash may be removed meanwhile.
    const std::uint64_t put = quarantine ? put_in_quarantine(known, bridges) : 0;
    out.commit();
    std::string summary = hashes(report.hashes) + "; " + plural(report.hubs.size(), "hub") +
                          ", of these " + plural(bridge_count, "bridge");
    if (quarantine) summary += "; " + hashes(put) + " put in quarantine";
    Progress("", out).say(summary);
    return report.hubs.empty() ? kNoMatch : kDone;
  }

 private:
  /// How many. What has been removed meanwhile is passed over.
  [[nodiscard]] std::uint64_t put_in_quarantine(ectype::HashSet& known,
                                                std::span<const std::int64_t> ids) const {
    try {
      return known.quarantine(ids, reason());
    } catch (const ectype::Error& error) {
      if (error.code() != ectype::ErrorCode::not_found) throw;
      if (ids.size() == 1) return 0;
    }
    const std::size_t half = ids.size() / 2;
    return put_in_quarantine(known, ids.first(half)) + put_in_quarantine(known, ids.subspan(half));
  }
  [[nodiscard]] std::string reason() const {
    return "set doctor: matches " + std::to_string(options.min_count) +
           " or more items, most of which do not match each other, at radius " +
           std::to_string(options.radius);
  }
};

struct QuarantineCommand {
  std::string set, reason;
  std::vector<std::int64_t> ids;
  bool json = false;

  [[nodiscard]] int quarantine() const {
    if (ids.empty() && reason.empty()) return list();
    if (ids.empty() || reason.empty())
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          "give both --hash-id and --reason, or neither to list the quarantine");
    print(hashes(ectype::HashSet::open(set).quarantine(ids, reason)) + " put in quarantine\n");
    return kDone;
  }

  [[nodiscard]] int release() const {
    const std::uint64_t released = ectype::HashSet::open(set).release(ids);
    print(hashes(released) + " released\n");
    return released > 0 ? kDone : kNoMatch;
  }

 private:
  [[nodiscard]] int list() const {
    const auto all = ectype::HashSet::open(set, true).quarantined();
    std::string text;
    for (const ectype::QuarantinedHash& hash : all) text += json ? json_row(hash) : line(hash);
    print(text);
    return all.empty() ? kNoMatch : kDone;
  }

  static std::string line(const ectype::QuarantinedHash& hash) {
    return std::to_string(hash.hash_id) + "  " + hash.since + "  " +
           ectype::one_line(hash.item.name) + ": " + ectype::one_line(hash.reason) + "\n";
  }

  static std::string json_row(const ectype::QuarantinedHash& hash) {
    const ectype::NameText name = ectype::name_for_json(hash.item.name);
    nlohmann::ordered_json row{{"hash_id", hash.hash_id}, {"item", name.text}};
    if (!name.base64.empty()) row["item_base64"] = name.base64;
    row["reason"] = hash.reason;
    row["since"] = hash.since;
    return row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
};

void add_doctor(CLI::App& set, int& status) {
  const auto command = std::make_shared<DoctorCommand>();
  CLI::App& sub = *set.add_subcommand(
      "doctor",
      "Report hubs: hashes that match many other items of the set (exit status 1: none).\n"
      "MUTUAL is the percent of the pairs of matched items that match each other: high where they "
      "are\n"
      "copies of one picture; under 40 the hub is a bridge between pictures, which floods "
      "reviewers.\n"
      "Whether the file is whole is what `ectype set verify` checks.");
  sub.add_option("SET", command->set, "The hash set")->required();
  sub.add_option("--radius", command->options.radius,
                 "Largest Hamming distance of a match, inclusive")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  sub.add_option("--algorithm", command->options.algorithm, "Of 256 bits")->capture_default_str();
  sub.add_option("--min-quality", command->options.min_quality, "Of the hashes looked at")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  sub.add_option("--min-count", command->options.min_count, "Other items that a hub matches")
      ->check(CLI::Range(std::uint64_t{1}, UINT64_MAX))
      ->capture_default_str();
  sub.add_option("--items", command->options.max_items, "Name so many of the matched items")
      ->capture_default_str();
  sub.add_flag("--quarantine", command->quarantine,
               "Put the bridges in quarantine; copies of one picture are left alone");
  sub.add_option("--format", command->format,
                 "jsonl, csv or table; by default a table on a terminal, else jsonl")
      ->check(CLI::IsMember({"jsonl", "csv", "table"}));
  sub.add_option("-o,--output", command->output, "Write to FILE (mode 0600), whole or not at all");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace

void add_set_quarantine(CLI::App& set, int& status) {
  add_doctor(set, status);

  const auto command = std::make_shared<QuarantineCommand>();
  CLI::App& quarantine = *set.add_subcommand(
      "quarantine", "Keep hashes without matching them by default; without --hash-id, list them");
  quarantine.add_option("SET", command->set, "The hash set")->required();
  quarantine
      .add_option("--hash-id", command->ids, "Ids of hashes, as matches and doctor name them")
      ->delimiter(',');
  quarantine.add_option("--reason", command->reason, "Why, for those who review it");
  quarantine.add_flag("--json", command->json, "List as JSON Lines");
  quarantine.callback([command, &status] { status = command->quarantine(); });

  CLI::App& release = *set.add_subcommand("release", "Take hashes out of quarantine");
  release.add_option("SET", command->set, "The hash set")->required();
  release.add_option("--hash-id", command->ids, "Ids of hashes")->delimiter(',')->required();
  release.callback([command, &status] { status = command->release(); });
}

}  // namespace cli
