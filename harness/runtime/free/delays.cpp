// Draws delays.
#include "harness/runtime/free/delays.h"

#include <algorithm>

#include "harness/model/control_block.h"

namespace wedge::runtime {

namespace {

// One point in `first` is delayed at the start of a thread, and one more point goes free for every `patience` points
// behind it, down to one in `last`.
struct Odds {
  std::uint64_t first;
  std::uint64_t patience;
  std::uint64_t last;
  std::uint32_t yields;  // of 16 delays; then
  std::uint32_t spins;   // and the rest are sleeps
  std::uint64_t budget_ns;
};

constexpr Odds light{4, 16, 2048, 7, 7, 100'000'000};
constexpr Odds heavy{2, 64, 256, 4, 6, 1'000'000'000};

}  // namespace

void DelaySource::begin(DelayLevel level, std::uint64_t stream) {
  level_ = level;
  random_.seed(stream);
  points_ = 0;
  budget_ns_ = (level == DelayLevel::heavy ? heavy : light).budget_ns;
}

Delay DelaySource::next() {
  if (level_ == DelayLevel::none) return {};
  Delay delay = draw();
  if (delay.ns > budget_ns_) delay = {Delay::Kind::yield, 0};
  budget_ns_ -= delay.ns;
  return delay;
}

Delay DelaySource::draw() {
  const Odds& odds = level_ == DelayLevel::heavy ? heavy : light;
  const std::uint64_t one_in = std::min(odds.first + points_++ / odds.patience, odds.last);
  if (random_.below(static_cast<std::uint32_t>(one_in)) != 0) return {};
  const std::uint32_t kind = random_.below(16);
  if (kind < odds.yields) return {Delay::Kind::yield, 0};
  if (kind < odds.yields + odds.spins) return {Delay::Kind::spin, 1 + random_.below(longest_spin_ns)};
  return {Delay::Kind::sleep, 1 + random_.below(longest_sleep_ns)};
}

std::uint64_t stream_of_child(std::uint64_t parent, std::uint64_t index) {
  return model::execution_seed(parent, index);
}

}  // namespace wedge::runtime
