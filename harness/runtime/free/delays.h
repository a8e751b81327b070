// Which delay comes at which point of a free execution: drawn from the seed alone, thread by thread.
//
// Early points of a thread are delayed most, because short programs have no others; the odds fall as the thread goes
// on, so that a long program is not slowed down for ever. What delays cost a thread in all is limited.
#pragma once

#include <cstdint>

#include "harness/runtime/strategy/random_source.h"

namespace wedge::runtime {

enum class DelayLevel : std::uint8_t { none, light, heavy };

struct Delay {
  enum class Kind : std::uint8_t { none, yield, spin, sleep };
  Kind kind = Kind::none;
  std::uint32_t ns = 0;  // of a spin or sleep

  bool operator==(const Delay&) const = default;
};

inline constexpr std::uint32_t longest_spin_ns = 20'000;
inline constexpr std::uint32_t longest_sleep_ns = 1'000'000;

// Of one thread. `stream` names the thread: see stream_of_child().
class DelaySource {
 public:
  void begin(DelayLevel level, std::uint64_t stream);
  Delay next();

 private:
  Delay draw();

  DelayLevel level_ = DelayLevel::none;
  RandomSource random_;
  std::uint64_t points_ = 0;
  std::uint64_t budget_ns_ = 0;
};

// The stream of the child that a thread creates as its `index`th: the same in every run, whoever comes first.
std::uint64_t stream_of_child(std::uint64_t parent, std::uint64_t index);

}  // namespace wedge::runtime
