#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace support {

enum class Data {
  uniform,
  near_copies,  ///< of 30 hashes; every fourth is equal to one of them
  few_bits,     ///< only every eighth bit is ever set: most buckets are empty, and some crowded
  equal,
};

template <typename Hash>
std::vector<Hash> make_hashes(std::size_t count, Data data, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) {
    typename Hash::Words words;
    for (auto& word : words) {
      word = random();
      if (data == Data::few_bits) word &= 0x0101010101010101u;
      if (data == Data::equal) word = 7;
    }
    if (data == Data::near_copies && i >= 30) {
      words = hashes[random() % 30].as_words();
      if (i % 4 != 0)
        for (auto& word : words) word ^= random() & random() & random() & random();
    }
    hashes.emplace_back(words);
  }
  return hashes;
}

}  // namespace support
