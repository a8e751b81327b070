// Gives addresses of captured processes their modules and names, once for all threads that stand at the same place.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/diagnose/address_space.h"
#include "harness/diagnose/symbols.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

class StackNamer {
 public:
  // Fills modules and stacks of the hang, which must outlive this.
  explicit StackNamer(model::Hang& hang);

  // The index of the stack in the hang.
  std::uint32_t stack(const AddressSpace& memory, const std::vector<std::uint64_t>& instructions);

  const model::Stack& named(std::uint32_t stack) const { return hang_.stacks.at(stack); }

  Symbols& symbols() { return symbols_; }

  // What the source calls the variable at an address; empty if it is no static variable.
  std::string variable(const AddressSpace& memory, std::uint64_t address, model::ObjectKind kind);

 private:
  std::uint32_t module(const LoadedModule* loaded);
  model::Frame frame(const AddressSpace& memory, std::uint64_t instruction);

  model::Hang& hang_;
  Symbols symbols_;
  std::map<std::string, std::uint32_t> modules_;  // by path to open, or path
  std::vector<std::string> open_paths_;           // by index
  std::map<std::vector<std::pair<std::uint32_t, std::uint64_t>>, std::uint32_t> stacks_;
};

}  // namespace wedge::diagnose
