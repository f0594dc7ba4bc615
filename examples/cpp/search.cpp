// The bare search, with ectype::search alone: one hash, one distance.
#include <ectype/linear_index.hpp>

#include <cstdio>
#include <vector>

int main() {
  const std::vector<ectype::Hash256> hashes{
      ectype::Hash256::parse("f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"),
      ectype::Hash256::parse("30a10efd71c83f429013d48d0ffffc52e34e0e17ada952a9d29685211ea9e5af")};
  const ectype::LinearIndex<ectype::Hash256> index{hashes};
  const auto query =
      ectype::Hash256::parse("f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b2f");
  for (const auto& hit : index.within(query, 31))  // inclusive
    std::printf("row %llu at distance %u\n", static_cast<unsigned long long>(hit.row),
                hit.distance);
  return 0;
}
