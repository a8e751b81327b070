// The pool of generation counters.
#include "primitives/weak_reference.h"

namespace primitives {

WeakDomain::Counter& WeakDomain::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return counters_.emplace_back(0);
  Counter& counter = *idle_.back();
  idle_.pop_back();
  return counter;
}

void WeakDomain::give_back(Counter& counter) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(&counter);
}

}  // namespace primitives
