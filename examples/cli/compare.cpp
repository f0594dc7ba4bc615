#include "cli.hpp"
#include "output.hpp"
#include <ectype/report.hpp>
#include <ectype/row_text.hpp>
#include <ectype/sign.hpp>

#include <memory>

namespace cli {
namespace {

struct CompareCommand {
  std::string a, b;
  int radius = ectype::Pdq::kDefaultRadius;
  bool json = false;

  [[nodiscard]] int run() const {
    const ectype::Signature first = ectype::sign(ectype::Image::open(std::filesystem::path(a)));
    const ectype::Signature second = ectype::sign(ectype::Image::open(std::filesystem::path(b)));
    for (const auto& [name, signature] : {std::pair(&a, &first), std::pair(&b, &second)})
      if (!signature->damage.empty())
        std::fprintf(stderr, "ectype: %s is damaged: %s\n", ectype::one_line(*name).c_str(),
                     signature->damage.c_str());
    const ectype::Comparison comparison = compare(first, second, radius);
    Output out("");
    out.write(json ? comparison_json(a, b, comparison) : explain(comparison, radius) + "\n");
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
  sub.add_option("--radius", command->radius, "Largest Hamming distance of a match, inclusive")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  sub.add_flag("--json", command->json, "One JSON object");
  sub.callback([command, &status] { status = command->run(); });
}

}  // namespace cli
