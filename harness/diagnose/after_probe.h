// What a waiting thread does after somebody has meddled with its wait: goes on, looks once more and waits again, or has
// noticed nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/diagnose/proc_files.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

struct Waiter {
  std::int32_t pid = 0;
  std::int32_t tid = 0;
  model::WaitKind kind = model::WaitKind::none;
  std::uint64_t address = 0;  // of the condition variable or futex
};

enum class Reaction : std::uint8_t { none, looked_again, went_on };

struct Reacted {
  Reaction reaction = Reaction::none;
  std::string text;                       // "thread 4712 went on and has ended"
  std::optional<std::int32_t> exit_code;  // as wait() gives it, if its process has ended and can still be asked
};

// Made before the probe; watches what comes after it.
class AfterProbe {
 public:
  // `borrowed`: a thread of the same process that the probe itself moves, or 0.
  AfterProbe(const std::vector<Waiter>& waiters, std::int32_t borrowed);

  // The reaction of the waiter that went furthest. Returns as soon as one has gone on, else after the limit.
  // `meanwhile` is called again and again.
  Reacted watch(
      std::chrono::milliseconds limit, const std::function<void()>& meanwhile = [] {}) const;

 private:
  struct Before {
    Waiter waiter;
    std::optional<SystemCallFile> call;
    std::uint64_t switches = 0;
  };
  Reacted look(const Before& before) const;
  Reacted look_at_wait(const Before& before, const SystemCallFile& now) const;
  std::uint64_t motion_of_others(std::int32_t pid) const;

  std::vector<Before> before_;
  std::int32_t borrowed_;
  std::uint64_t motion_before_ = 0;
};

// Whether the thread is still in the wait that it was captured in.
bool still_waits(const Waiter& waiter);

}  // namespace wedge::diagnose
