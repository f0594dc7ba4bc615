#include "cli.hpp"
#include "inputs.hpp"
#include <ectype/hash_set.hpp>
#include <ectype/report.hpp>
#include <ectype/row_text.hpp>

#include <memory>

#include <nlohmann/json.hpp>

namespace cli {
namespace {

/// Items written in one transaction: an interrupted `set add` loses no more, and goes on when it is
/// run again, since items that are present are left alone.
constexpr std::size_t kItemsAtOnce = 1000;

struct AddCommand {
  std::string set, label, source, output;
  std::string level = "standard";
  Inputs inputs;

  [[nodiscard]] int run() const {
    const std::vector<std::string> paths = inputs.all_paths();
    ectype::HashSet known = ectype::HashSet::open(set);
    std::optional<Output> rows;
    if (!output.empty()) rows.emplace(output);
    Output summary("");
    Progress progress("adding", summary);
    Tally tally;
    std::uint64_t low_quality = 0;
    ectype::AddCounts counts;
    std::vector<ectype::ItemWithHashes> batch;
    const auto flush = [&] {
      const ectype::AddCounts now = known.add(batch);
      counts.added += now.added;
      counts.already_present += now.already_present;
      batch.clear();
    };
    ectype::ScanOptions options = inputs.scan_options();
    options.level = ectype::parse_level(level);
    options.match.level = *options.level;
    options.purpose = ectype::Purpose::store;
    options.facts = true;
    examine_tree(paths, options, [&](ectype::FileResult&& result) {
      tally.add(result);
      progress.step();
      if (rows) rows->write(hash_row_json(result, {}));
      const ectype::FileDigests digests =
          result.facts && !result.facts->changed ? result.facts->digests : ectype::FileDigests{};
      if (result.signature.hashes.empty()) {
        progress.say("not added: " + ectype::one_line(result.path) + ": " +
                     std::string(to_string(result.outcome)) + ": " +
                     ectype::one_line(result.reason));
        return;
      }
      if (result.outcome == ectype::Outcome::low_quality) ++low_quality;
      batch.push_back(
          make_item({0, result.path, label, source, "", "", "", digests}, result.signature));
      if (batch.size() >= kItemsAtOnce) flush();
    });
    flush();
    if (rows) rows->commit();
    progress.say(tally.summary());
    summary.write(std::to_string(counts.added) + " added, " +
                  std::to_string(counts.already_present) + " already present; " +
                  std::to_string(low_quality) +
                  " of these of low quality (not matched by default)\n");
    summary.commit();
    return tally.all_examined() ? kDone : kNotExamined;
  }
};

struct RemoveCommand {
  std::string set, label, source;
  std::vector<std::string> names;

  /// One for each name; label and source narrow them.
  [[nodiscard]] std::vector<ectype::ItemFilter> filters() const {
    ectype::ItemFilter filter;
    if (!label.empty()) filter.label = label;
    if (!source.empty()) filter.source = source;
    if (names.empty()) return {filter};
    std::vector<ectype::ItemFilter> all;
    for (const std::string& name : names) {
      filter.name = name;
      all.push_back(filter);
    }
    return all;
  }

  [[nodiscard]] int run() const {
    if (names.empty() && label.empty() && source.empty())
      throw ectype::Error(ectype::ErrorCode::invalid_argument,
                          "nothing to remove; name items, or use --label or --source");
    ectype::HashSet known = ectype::HashSet::open(set);
    std::uint64_t removed = 0;
    for (const ectype::ItemFilter& filter : filters()) {
      const std::uint64_t now = known.remove(filter);
      if (now == 0 && filter.name)
        std::fprintf(stderr, "no such item: %s\n", ectype::one_line(*filter.name).c_str());
      removed += now;
    }
    print(plural(removed, "item") + " removed\n");
    return removed > 0 ? kDone : kNoMatch;
  }
};

std::string index_text(const ectype::SetIndexInfo& index, std::uint64_t generation) {
  const std::string text = "index       " + ectype::one_line(index.path.native()) + ": ";
  if (!index.problem.empty()) return text + "NOT USED: " + index.problem + "\n";
  return text + plural(index.rows, "row") + ", " + plural(generation - index.generation, "change") +
         " since\n";
}

std::string info_text(const ectype::HashSetInfo& info) {
  std::string text = "uuid        " + info.uuid + "\ncreated     " + info.created +
                     "\nformat      " + std::to_string(info.format_version) + "\ngeneration  " +
                     std::to_string(info.generation) + "\nitems       " +
                     std::to_string(info.items) + "\nhashes      " + std::to_string(info.hashes) +
                     "\nquarantined " + std::to_string(info.quarantined) + "\ndigests     " +
                     plural(info.with_digests, "item") + "\n";
  for (const ectype::RecipeCount& count : info.recipes)
    text += "  " + count.recipe.to_string() + ": " + std::to_string(count.hashes) + ", " +
            std::to_string(count.low_quality) + " of low quality\n";
  for (const ectype::LevelCount& count : info.levels)
    text += "level       " + std::string(to_string(count.level)) + ": " +
            plural(count.items, "item") + "\n";
  for (const std::string& source : info.sources)
    text += "source      " + (source.empty() ? "(none given)" : ectype::one_line(source)) + "\n";
  for (const ectype::SetIndexInfo& index : info.indexes) text += index_text(index, info.generation);
  return text;
}

std::string info_json(const ectype::HashSetInfo& info) {
  nlohmann::ordered_json json{{"uuid", info.uuid},
                              {"created", info.created},
                              {"format", info.format_version},
                              {"generation", info.generation},
                              {"items", info.items},
                              {"hashes", info.hashes},
                              {"quarantined", info.quarantined},
                              {"with_digests", info.with_digests},
                              {"recipes", nlohmann::ordered_json::array()},
                              {"levels", nlohmann::ordered_json::object()},
                              {"sources", info.sources},
                              {"indexes", nlohmann::ordered_json::array()}};
  for (const ectype::RecipeCount& count : info.recipes)
    json["recipes"].push_back({{"recipe", count.recipe.to_string()},
                               {"hashes", count.hashes},
                               {"low_quality", count.low_quality}});
  for (const ectype::LevelCount& count : info.levels)
    json["levels"][std::string(to_string(count.level))] = count.items;
  for (const ectype::SetIndexInfo& index : info.indexes)
    json["indexes"].push_back({{"path", index.path.string()},
                               {"algorithm", index.algorithm},
                               {"rows", index.rows},
                               {"generation", index.generation},
                               {"problem", index.problem}});
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int verify(const std::string& set) {
  const auto problems = ectype::HashSet::open(set, true).verify();
  std::string text;
  for (const std::string& problem : problems) text += problem + "\n";
  print(text + (problems.empty() ? set + ": whole\n" : plural(problems.size(), "problem") + "\n"));
  return problems.empty() ? kDone : kFatal;
}

void add_set_contents(CLI::App& set, int& status) {
  const auto add = std::make_shared<AddCommand>();
  CLI::App& add_sub = *set.add_subcommand("add", "Hash pictures and folders into a set");
  add_sub.add_option("SET", add->set, "The hash set")->required();
  add->inputs.add_to(add_sub);
  add_sub
      .add_option("--level", add->level,
                  "What is stored a picture: strict (32 bytes), standard (at most 1 KB), thorough "
                  "(at most 4 KB); a set is matched at this level and those before it")
      ->check(CLI::IsMember({"strict", "standard", "thorough"}))
      ->capture_default_str();
  add_sub.add_option("--label", add->label, "Label of the items");
  add_sub.add_option("--source", add->source, "Where the items come from");
  add_sub.add_option("-o,--output", add->output, "Also one row a file to FILE, as `ectype hash`");
  add_sub.callback([add, &status] { status = add->run(); });

  const auto remove = std::make_shared<RemoveCommand>();
  CLI::App& remove_sub = *set.add_subcommand("remove", "Remove items by name, label and source");
  remove_sub.add_option("SET", remove->set, "The hash set")->required();
  remove_sub.add_option("NAME", remove->names, "Names (paths) of items");
  remove_sub.add_option("--label", remove->label, "Only items with this label");
  remove_sub.add_option("--source", remove->source, "Only items of this source");
  remove_sub.callback([remove, &status] { status = remove->run(); });

  const auto target = std::make_shared<std::string>();
  const auto others = std::make_shared<std::vector<std::string>>();
  CLI::App& merge = *set.add_subcommand("merge", "Add the items of other sets to a set");
  merge.add_option("SET", *target, "The hash set that grows")->required();
  merge.add_option("OTHER", *others, "The sets to take from")->required();
  merge.callback([target, others, &status] {
    ectype::HashSet known = ectype::HashSet::open(*target);
    for (const std::string& other : *others) {
      const ectype::AddCounts counts = known.merge(ectype::HashSet::open(other, true));
      print(other + ": " + std::to_string(counts.added) + " added, " +
            std::to_string(counts.already_present) + " already present" +
            (counts.quarantined > 0
                 ? ", " + std::to_string(counts.quarantined) + " put in quarantine, as there\n"
                 : "\n"));
    }
    status = kDone;
  });
}

}  // namespace

void add_set(CLI::App& app, int& status) {
  CLI::App& set = *app.add_subcommand("set", "Make and change hash sets");
  set.require_subcommand(1);
  const auto path = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);

  CLI::App& create = *set.add_subcommand("create", "Make an empty set (mode 0600)");
  create.add_option("SET", *path, "The file to create")->required();
  create.callback([path, &status] {
    static_cast<void>(ectype::HashSet::create(*path));
    status = kDone;
  });

  CLI::App& info = *set.add_subcommand("info", "What a set holds");
  info.add_option("SET", *path, "The hash set")->required();
  info.add_flag("--json", *json, "One JSON object");
  info.callback([path, json, &status] {
    const auto facts = ectype::HashSet::open(*path, true).info();
    print(*json ? info_json(facts) : info_text(facts));
    status = kDone;
  });

  CLI::App& check = *set.add_subcommand("verify", "Read all of a set and check every row");
  check.add_option("SET", *path, "The hash set")->required();
  check.callback([path, &status] { status = verify(*path); });

  CLI::App& index = *set.add_subcommand(
      "index",
      "Write index files beside a set, so that matching need not read all of it first. Later\n"
      "changes of the set are searched too; write the index again when they are many.");
  index.add_option("SET", *path, "The hash set")->required();
  index.callback([path, &status] {
    std::string text;
    for (const auto& file : ectype::HashSet::open(*path, true).save_index(0))
      text += ectype::one_line(file.native()) + "\n";
    print(text.empty() ? "no hash to index\n" : text);
    status = kDone;
  });

  add_set_contents(set, status);
  add_set_lists(set, status);
  add_set_quarantine(set, status);
}

}  // namespace cli
