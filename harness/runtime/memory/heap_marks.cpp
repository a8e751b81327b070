// The table of marks: reserved address space that costs memory only where something is marked.
#include "harness/runtime/memory/heap_marks.h"

#include "harness/runtime/raw.h"

namespace wedge::runtime::heap {

namespace {

// A processor's own way to fill, worth its start for a stack but not for a small block.
void fill(Mark* first, std::size_t count, Mark mark) {
  constexpr std::size_t few = 32;
  if (count < few)
    for (std::size_t i = 0; i < count; ++i) first[i] = mark;
  else
    asm volatile("rep stosl" : "+D"(first), "+c"(count) : "a"(mark) : "memory");
}

}  // namespace

Mark** regions = nullptr;

void reserve_marks() {
  if (regions == nullptr) regions = static_cast<Mark**>(raw::reserve(region_count * sizeof(Mark*)));
}

void set_marks(std::uintptr_t address, std::size_t size, Mark mark) {
  std::uintptr_t at = address >> granule_bits;
  const std::uintptr_t end = ((address + size - 1) >> granule_bits) + 1;
  while (at < end) {
    Mark*& marks = regions[at / granules_in_region];
    const std::uintptr_t region_end = (at / granules_in_region + 1) * granules_in_region;
    const std::uintptr_t stop = end < region_end ? end : region_end;
    if (marks == nullptr && mark != 0) marks = static_cast<Mark*>(raw::reserve(granules_in_region * sizeof(Mark)));
    if (marks == nullptr) {
      at = stop;
      continue;
    }
    fill(marks + at % granules_in_region, stop - at, mark);
    at = stop;
  }
}

}  // namespace wedge::runtime::heap
