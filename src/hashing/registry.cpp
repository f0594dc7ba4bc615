#include "hashing/registry.hpp"

#include "ectype/error.hpp"
#include "ectype/text.hpp"

#include <algorithm>
#include <array>

namespace ectype::hashing {

// Each is defined in the file of its name.
extern const Algorithm kPdq, kGradientGrid, kPhash, kPhash256, kDhash, kDhash256, kAhash, kAhash256,
    kWhash, kWhash256, kIsccImage, kIsccImage256;

namespace {

constexpr std::array kRegistry{
    &kPdq,       &kGradientGrid, &kPhash,    &kDhash,    &kAhash,    &kWhash,
    &kIsccImage, &kPhash256,     &kDhash256, &kAhash256, &kWhash256, &kIsccImage256,
};

}  // namespace

std::span<const Algorithm* const> registry() noexcept { return kRegistry; }

const Algorithm& require_algorithm(std::string_view name) {
  std::string known;
  for (const Algorithm* algorithm : kRegistry) {
    if (algorithm->info.name == name) return *algorithm;
    known += (known.empty() ? "" : ", ") + std::string(algorithm->info.name);
  }
  throw Error(ErrorCode::invalid_argument,
              quote_start(name) + " is not an algorithm; choose from: " + known);
}

}  // namespace ectype::hashing

namespace ectype {

std::vector<AlgorithmInfo> algorithms() {
  std::vector<AlgorithmInfo> all;
  for (const hashing::Algorithm* algorithm : hashing::registry()) all.push_back(algorithm->info);
  return all;
}

AlgorithmInfo find_algorithm(std::string_view name) {
  return hashing::require_algorithm(name).info;
}

std::vector<std::string> parse_algorithms(std::string_view list) {
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  };
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    const std::string_view name = list.substr(at, end - at);
    if (name == "all") {
      for (const hashing::Algorithm* algorithm : hashing::registry()) add(algorithm->info.name);
    } else {
      add(hashing::require_algorithm(name).info.name);
    }
    at = end + 1;
  }
  return names;
}

}  // namespace ectype
