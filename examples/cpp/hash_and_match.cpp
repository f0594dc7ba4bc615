// Hashes a picture and looks for its original: hash_and_match KNOWN.ectype PICTURE
#include <ectype/ectype.hpp>

#include <cstdio>

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: hash_and_match KNOWN.ectype PICTURE\n");
    return 2;
  }
  const auto image = ectype::Image::open(std::filesystem::path(argv[2]));  // reads the header only
  const auto [hash, quality] = ectype::Pdq{}(image);                       // rows stream through
  std::printf("%s quality %d\n", hash.to_hex().c_str(), quality.value);

  const auto known = ectype::HashSet::open(argv[1]);
  ectype::MatchOptions options;
  options.level = ectype::Level::standard;  // strict, unless it is said
  for (const auto& match : known.match(ectype::sign(image, options.level), options))  // one decode
    std::printf("%s by %s; false matches to expect: %g\n", match.item.name.c_str(),
                match.recipe.to_string().c_str(), match.false_matches.value_or(1));
  return 0;
} catch (const ectype::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
