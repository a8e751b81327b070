// The supervisor's side of the shared memory: a memfd that the kernel fills in as it is touched.
#pragma once

#include "harness/model/control_block.h"

namespace wedge::supervise {

// Throws EnvironmentError if the memory cannot be had.
class ControlMap {
 public:
  ControlMap();
  ~ControlMap();
  ControlMap(const ControlMap&) = delete;
  ControlMap& operator=(const ControlMap&) = delete;

  model::ControlBlock& operator*() { return *block_; }
  model::ControlBlock* operator->() { return block_; }
  const model::ControlBlock& operator*() const { return *block_; }
  int file() const { return file_; }

 private:
  int file_ = -1;
  model::ControlBlock* block_ = nullptr;
};

}  // namespace wedge::supervise
