#include <ectype/hash_set.hpp>
#include <ectype/linear_index.hpp>

int main() {
  ectype::LinearIndex<ectype::Hash64> index;
  const ectype::Hash64 hash{{42}};
  index.add(std::span(&hash, 1));
  try {
    static_cast<void>(ectype::HashSet::open("/nonexistent"));
  } catch (const ectype::Error& error) {
    return error.code() == ectype::ErrorCode::not_found && index.within(hash, 0).size() == 1 ? 0
                                                                                             : 1;
  }
  return 1;
}
