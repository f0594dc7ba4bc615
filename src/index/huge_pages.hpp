#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace ectype::index {

/// Allocates at cache lines and, from a few megabytes on, asks the system for huge pages: a scan
/// over many gigabytes otherwise spends its time on address translation.
template <typename T>
struct HugePageAllocator {
  using value_type = T;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::size_t kAlignment = 64;

  HugePageAllocator() = default;
  template <typename Other>
  explicit HugePageAllocator(const HugePageAllocator<Other>&) noexcept {}

  T* allocate(std::size_t count) {
    const bool huge = count > 2 * kHugePage / sizeof(T);
    const std::size_t alignment = huge ? kHugePage : kAlignment;
    if (count > (PTRDIFF_MAX - alignment) / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t size = (count * sizeof(T) + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, size);
    if (memory == nullptr) throw std::bad_alloc();
    // Advice: where the system does not take it, small pages do.
    if (huge) static_cast<void>(::madvise(memory, size, MADV_HUGEPAGE));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }
};

}  // namespace ectype::index
