// Vector clocks: for each task, up to which of its epochs everything it did is known to have happened before.
//
// Epochs grow from execution to execution and are never used again, so whatever an earlier execution left in the shadow
// memory counts as long past, and nothing has to be cleared. A clock is as long as the highest task it knows; the
// storage lasts until the next execution begins. Called by the running task only; nothing here makes a system call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::runtime::memory {

using Epoch = std::uint32_t;

// All epochs up to this one belong to earlier executions.
extern Epoch long_past;

class Clock {
 public:
  Epoch of(std::uint32_t task) const { return task < size_ ? at_[task] : long_past; }
  void set(std::uint32_t task, Epoch epoch) {
    if (task >= size_) [[unlikely]]
      grow(task + 1);
    at_[task] = epoch;
  }
  // From now on it knows what `other` knows, too.
  void join(const Clock& other);
  // Knows what `other` knows and nothing else.
  void assign(const Clock& other);
  bool knows_all_of(const Clock& other) const;
  void forget_all() { size_ = 0; }
  // Gives the storage to other clocks. The clock is empty afterwards.
  void give_back();

 private:
  void grow(std::uint32_t size);

  Epoch* at_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
};

// A new execution: all clocks are void, and memory made by make() is free again.
void begin_clocks();
Clock* make_clock();

// Moves long_past on. False: epochs are used up, and the shadow memory has to be emptied before the next execution.
bool advance_long_past(Epoch highest);

}  // namespace wedge::runtime::memory
