// Names captured stacks by the same symbols as traces of controlled executions.
#include "harness/diagnose/stack_namer.h"

#include "harness/diagnose/resolve.h"

namespace wedge::diagnose {

StackNamer::StackNamer(model::Hang& hang) : hang_(hang) {
  if (hang_.stacks.empty()) hang_.stacks.emplace_back();
}

std::uint32_t StackNamer::module(const LoadedModule* loaded) {
  static const LoadedModule unknown{.path = "unknown", .open_path = {}};
  const LoadedModule& module = loaded == nullptr ? unknown : *loaded;
  const auto [known, is_new] = modules_.try_emplace(module.open_path.empty() ? module.path : module.open_path,
                                                    static_cast<std::uint32_t>(hang_.modules.size()));
  if (is_new) {
    hang_.modules.push_back({module.path, module.open_path.empty() ? std::string() : build_id(module.open_path)});
    open_paths_.push_back(module.open_path);
  }
  return known->second;
}

model::Frame StackNamer::frame(const AddressSpace& memory, std::uint64_t instruction) {
  const LoadedModule* loaded = memory.module_at(instruction);
  return {module(loaded), instruction - (loaded == nullptr ? 0 : loaded->bias), {}};
}

std::uint32_t StackNamer::stack(const AddressSpace& memory, const std::vector<std::uint64_t>& instructions) {
  if (instructions.empty()) return 0;
  model::Stack stack;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> key;
  for (const std::uint64_t instruction : instructions) {
    stack.frames.push_back(frame(memory, instruction));
    key.emplace_back(stack.frames.back().module, stack.frames.back().offset);
  }
  const auto [known, is_new] = stacks_.try_emplace(key, static_cast<std::uint32_t>(hang_.stacks.size()));
  if (!is_new) return known->second;
  for (model::Frame& frame : stack.frames)
    name(frame, hang_.modules[frame.module].path, open_paths_[frame.module], symbols_);
  stack.place = place_of(stack, hang_.modules);
  hang_.stacks.push_back(std::move(stack));
  return known->second;
}

std::string StackNamer::variable(const AddressSpace& memory, std::uint64_t address, model::ObjectKind kind) {
  const LoadedModule* loaded = memory.module_at(address);
  if (loaded == nullptr || loaded->open_path.empty()) return {};
  const auto symbol = symbols_.data_symbol(loaded->open_path, address - loaded->bias, size_of(kind));
  return symbol ? object_name(*symbol, kind) : std::string();
}

}  // namespace wedge::diagnose
