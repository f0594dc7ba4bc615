#include "ectype/cpu.hpp"
#include "ectype/error.hpp"

#include <iostream>

#include <gtest/gtest.h>

// Says the level, and runs the tests only where it is neon: they would pass at any.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    const ectype::CpuLevel level = ectype::active_cpu_level();
    std::cout << "CPU level: " << to_string(level) << std::endl;
    return level == ectype::CpuLevel::neon ? RUN_ALL_TESTS() : 1;
  } catch (const ectype::Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
