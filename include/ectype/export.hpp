#pragma once

// Symbols are hidden unless marked; see -fvisibility=hidden in CMakeLists.txt.
#define ECTYPE_API __attribute__((visibility("default")))
