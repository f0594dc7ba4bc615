#include "cli.hpp"
#include "output.hpp"
#include <ectype/algorithms.hpp>
#include <ectype/report.hpp>
#include <ectype/row_text.hpp>
#include <ectype/sign.hpp>

#include <memory>
#include <optional>
#include <span>

namespace cli {
namespace {

struct CompareCommand {
  std::string a, b;
  std::string algorithm = "pdq";
  std::optional<int> radius;
  bool json = false;

  [[nodiscard]] ectype::Signature sign(const std::string& path) const {
    return ectype::sign(ectype::Image::open(std::filesystem::path(path)), std::span(&algorithm, 1));
  }

  [[nodiscard]] int run() const {
    const int largest = radius.value_or(ectype::find_algorithm(algorithm).default_radius);
    const ectype::Signature first = sign(a);
    const ectype::Signature second = sign(b);
    for (const auto& [name, signature] : {std::pair(&a, &first), std::pair(&b, &second)})
      if (!signature->damage.empty())
        std::fprintf(stderr, "ectype: %s is damaged: %s\n", ectype::one_line(*name).c_str(),
                     signature->damage.c_str());
    const ectype::Comparison comparison = compare(first, second, largest);
    Output out("");
    out.write(json ? comparison_json(a, b, comparison) : explain(comparison, largest) + "\n");
    out.commit();
    return comparison.verdict == ectype::Verdict::match ? kDone : kNoMatch;
  }
};

}  // namespace

void add_compare(CLI::App& app, int& status) {
  const auto command = std::make_shared<CompareCommand>();
  CLI::App& sub = *app.add_subcommand("compare", "Tell whether two pictures are copies");
  sub.add_option("A", command->a, "A picture")->required();
  sub.add_option("B", command->b, "Another picture")->required();
  sub.add_option("-a,--algorithm", command->algorithm, "Hash algorithm")->capture_default_str();
  sub.add_option("--radius", command->radius,
                 "Largest distance of a match, inclusive; that of the algorithm by default")
      ->check(CLI::NonNegativeNumber);
  sub.add_flag("--json", command->json, "One JSON object");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
