// Keeps the flags of what was initialised during an execution.
#include "harness/runtime/objects/statics.h"

#include <cstdint>
#include <cstring>

#include "harness/runtime/raw.h"
#include "harness/runtime/trace/modules.h"

namespace wedge::runtime {

namespace {

struct Flag {
  void* at;
  unsigned size;
};

constexpr std::uint32_t most_flags = 4096;  // those beyond stay initialised
Flag* flags = nullptr;
std::uint32_t count = 0;

// The loader lists it first.
bool is_the_program_s(const void* flag) { return frame_at(reinterpret_cast<std::uintptr_t>(flag)).module == 0; }

}  // namespace

void note_initialised(void* flag, unsigned size) {
  if (!is_the_program_s(flag) || count == most_flags) return;
  if (flags == nullptr) flags = static_cast<Flag*>(raw::reserve(most_flags * sizeof(Flag)));
  flags[count++] = {flag, size};
}

void forget_initialised() {
  for (std::uint32_t i = 0; i < count; ++i) std::memset(flags[i].at, 0, flags[i].size);
  count = 0;
}

}  // namespace wedge::runtime
