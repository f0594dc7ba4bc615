#include "cli.hpp"
#include "output.hpp"
#include <ectype/hash_list.hpp>
#include <ectype/row_text.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace cli {
namespace {

struct ImportCommand {
  std::string set, format = "auto", label, source;
  std::vector<std::string> lists;
  bool strict = false;

  [[nodiscard]] ectype::ListFormat list_format() const {
    if (format == "lines") return ectype::ListFormat::lines;
    if (format == "csv") return ectype::ListFormat::csv;
    if (format == "jsonl") return ectype::ListFormat::jsonl;
    return ectype::ListFormat::automatic;
  }

  [[nodiscard]] ectype::HashList read(const std::string& path) const {
    const ectype::ListOptions options{list_format(), path == "-" ? "stdin" : path, label, source};
    if (path != "-") return ectype::read_hash_list(path, options);
    return ectype::parse_hash_list(std::string(std::istreambuf_iterator<char>(std::cin), {}),
                                   options);
  }

  [[nodiscard]] int run() const {
    ectype::HashSet known = ectype::HashSet::open(set);
    std::vector<ectype::ItemWithHashes> items;
    std::uint64_t bad = 0;
    std::uint64_t lines = 0;
    std::uint64_t without_hash = 0;
    for (const std::string& path : lists) {
      ectype::HashList list = read(path);
      for (const ectype::BadLine& line : list.bad_lines)
        std::fprintf(stderr, "%s:%llu: %s\n", ectype::one_line(path).c_str(),
                     static_cast<unsigned long long>(line.line), line.reason.c_str());
      bad += list.bad_lines.size();
      lines += list.lines;
      without_hash += list.without_hash;
      items.insert(items.end(), std::make_move_iterator(list.items.begin()),
                   std::make_move_iterator(list.items.end()));
    }
    if (strict && bad > 0)
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          plural(bad, "bad line") + "; nothing was imported (--strict)");
    const ectype::AddCounts counts = known.add(items);
    Output out("");
    out.write(plural(lines, "line") + ": " + std::to_string(counts.added) + " added, " +
              std::to_string(counts.already_present) + " already present, " +
              std::to_string(without_hash) + " without a hash, " + std::to_string(bad) + " bad\n");
    out.commit();
    return bad == 0 ? kDone : kNotExamined;
  }
};

struct ExportCommand {
  std::string set, format = "jsonl", output;

  [[nodiscard]] int run() const {
    const ectype::HashSet known = ectype::HashSet::open(set, true);
    Output out(output);
    const auto form = format == "csv"   ? ectype::ExportFormat::csv
                      : format == "hex" ? ectype::ExportFormat::hex
                                        : ectype::ExportFormat::jsonl;
    export_hash_list(known, form, [&](std::string_view text) { out.write(text); });
    out.commit();
    return kDone;
  }
};

}  // namespace

void add_set_lists(CLI::App& set, int& status) {
  const auto import = std::make_shared<ImportCommand>();
  CLI::App& import_sub = *set.add_subcommand(
      "import",
      "Read hash lists: bare hex, `pdq <hex>`, `hash=<hex>,meta`, CSV with a header, JSON Lines.\n"
      "Bad lines are reported and left out (exit status 3); the good ones go in together.");
  import_sub.add_option("SET", import->set, "The hash set")->required();
  import_sub.add_option("LIST", import->lists, "Files; - for stdin")->required();
  import_sub.add_option("--format", import->format, "auto, lines, csv or jsonl")
      ->check(CLI::IsMember({"auto", "lines", "csv", "jsonl"}))
      ->capture_default_str();
  import_sub.add_option("--label", import->label, "Label of entries that have none");
  import_sub.add_option("--source", import->source, "Source of entries that have none");
  import_sub.add_flag("--strict", import->strict, "Import nothing if any line is bad");
  import_sub.callback([import, &status] { status = import->run(); });

  const auto export_command = std::make_shared<ExportCommand>();
  CLI::App& export_sub = *set.add_subcommand("export", "Write a set as a list that import reads");
  export_sub.add_option("SET", export_command->set, "The hash set")->required();
  export_sub.add_option("--format", export_command->format, "jsonl, csv or hex")
      ->check(CLI::IsMember({"jsonl", "csv", "hex"}))
      ->capture_default_str();
  export_sub.add_option("-o,--output", export_command->output,
                        "Write to FILE (mode 0600), whole or not at all");
  export_sub.callback([export_command, &status] { status = export_command->run(); });
}

}  // namespace cli
