// Whether a word of a stack can be a return address: code stands before it, and that code is a call.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "harness/diagnose/address_space.h"

namespace wedge::diagnose {

// The address space must outlive this.
class CodeBytes {
 public:
  explicit CodeBytes(const AddressSpace& memory) : memory_(memory) {}

  bool follows_call(std::uint64_t address) { return call_before(address).is_call; }
  // Where the call before this address leads; 0: it is no direct call.
  std::uint64_t call_target(std::uint64_t address) { return call_before(address).target; }

 private:
  struct Call {
    bool is_call = false;
    std::uint64_t target = 0;
  };
  Call call_before(std::uint64_t address);

  const AddressSpace& memory_;
  std::unordered_map<std::uint64_t, Call> known_;
};

}  // namespace wedge::diagnose
