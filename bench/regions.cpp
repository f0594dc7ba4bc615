// For regions.py: of each file named on a line of standard input, the content rectangle and the
// hashes of all regions.

#include "ectype/image.hpp"
#include "ectype/sign.hpp"

#include <exception>
#include <iostream>
#include <string>

namespace {

void print(const ectype::Signature& signature) {
  std::cout << "content";
  if (const auto& content = signature.content)
    std::cout << ' ' << content->left << ' ' << content->top << ' ' << content->right << ' '
              << content->bottom;
  for (const ectype::SignatureHash& hash : signature.hashes)
    std::cout << '\t' << to_string(hash.region) << ' ' << hash.recipe.algorithm << ' '
              << int{hash.quality.trusted()} << ' ' << hash.hash().to_hex();
  std::cout << std::endl;  // the reader waits for it
}

}  // namespace

int main() {
  ectype::SignOptions options;
  options.algorithms = {"pdq", "gradient_grid"};
  options.content_region = true;
  options.grounds = true;
  try {
    for (std::string path; std::getline(std::cin, path);)
      print(ectype::sign(ectype::Image::open(std::filesystem::path(path)), options));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
