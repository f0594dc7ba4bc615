#pragma once

namespace ectype::hashing {

// EXIF orientations by what happens to the stored axes: first mirrored, then transposed.
constexpr bool mirrors_columns(int o) noexcept { return o == 2 || o == 3 || o == 7 || o == 8; }
constexpr bool mirrors_rows(int o) noexcept { return o == 3 || o == 4 || o == 6 || o == 7; }
constexpr bool transposes(int o) noexcept { return o >= 5; }

}  // namespace ectype::hashing
