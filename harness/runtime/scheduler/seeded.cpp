// Random data for the program under test comes from the seed of the execution, never from the machine.
#include "harness/runtime/scheduler/seeded.h"

#include <cstring>

#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/strategy/random_source.h"

namespace wedge::runtime {

namespace {
RandomSource source;
}

void seed_random_data(std::uint64_t seed) { source.seed(seed ^ 0xda7a); }

void fill_random_data(void* buffer, std::size_t size) {
  ++scheduler.unseen;
  auto* to = static_cast<unsigned char*>(buffer);
  while (size > 0) {
    const std::uint64_t word = source.next();
    const std::size_t part = size < sizeof word ? size : sizeof word;
    std::memcpy(to, &word, part);
    to += part;
    size -= part;
  }
}

}  // namespace wedge::runtime
