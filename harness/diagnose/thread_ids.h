// Which thread a number in a process's memory means: a container counts its threads anew, so such a number is the
// inner one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "harness/diagnose/thread_reading.h"

namespace wedge::diagnose {

class ThreadIds {
 public:
  ThreadIds(std::int32_t pid, const std::vector<ThreadReading>& threads);

  // As we see it; none: no such thread lives in this process.
  std::optional<std::int32_t> in_process(std::uint32_t inner) const;
  // In any process that counts the same way: a lock in shared memory may be held from elsewhere.
  std::optional<std::int32_t> anywhere(std::uint32_t inner) const;
  // Whether it can be the number of a thread at all, living or not.
  static bool plausible(std::uint32_t inner) { return inner > 0 && inner <= 4194304; }

 private:
  std::int32_t pid_;
  bool nested_ = false;
  std::map<std::uint32_t, std::int32_t> threads_;
};

}  // namespace wedge::diagnose
