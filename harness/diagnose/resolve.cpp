// Fills in names. Only what the trace keeps is looked up: reading DWARF is most of the time to a first report.
#include "harness/diagnose/resolve.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

namespace wedge::diagnose {
namespace {

std::string module_place(const model::Frame& frame, const std::vector<model::Module>& modules) {
  char offset[24];
  std::snprintf(offset, sizeof offset, "+0x%llx", static_cast<unsigned long long>(frame.offset));
  return std::filesystem::path(modules.at(frame.module).path).filename().string() + offset;
}

// A frame about which nothing is known still says which file of code it lies in.
model::Place named(const model::Frame& frame, const std::vector<model::Module>& modules) {
  return frame.places.empty() ? model::Place{.function = module_place(frame, modules), .file = {}}
                              : frame.places.front();
}

std::set<std::uint32_t> used_modules(const model::Trace& trace) {
  std::set<std::uint32_t> used;
  for (const auto& [id, stack] : trace.stacks)
    for (const model::Frame& frame : stack.frames) used.insert(frame.module);
  for (const auto& [id, object] : trace.objects)
    if (object.record.module < trace.modules.size()) used.insert(object.record.module);
  for (const model::Race& race : trace.races)
    if (race.module < trace.modules.size()) used.insert(race.module);
  return used;
}

// Then libc is what called the operation: exit, and whatever that runs.
bool has_returned_from_main(const model::Stack& stack) {
  return std::ranges::any_of(stack.frames, [](const model::Frame& frame) {
    return std::ranges::any_of(frame.places, [](const model::Place& place) {
      return place.function.starts_with("__libc_start_") || place.function == "_start";
    });
  });
}

}  // namespace

// Sizes in glibc and in libstdc++, whose classes hold nothing else.
std::uint64_t size_of(model::ObjectKind kind) {
  switch (kind) {
    case model::ObjectKind::mutex:
      return 40;
    case model::ObjectKind::condition:
      return 48;
    case model::ObjectKind::rwlock:
      return 56;
    case model::ObjectKind::semaphore:
      return 32;
    case model::ObjectKind::barrier:
      return 32;
    case model::ObjectKind::spin_lock:
      return 4;
    case model::ObjectKind::once:
      return 4;
    default:
      return 0;
  }
}

void name(model::Frame& frame, const std::string& module, const std::string& open_path, Symbols& symbols) {
  if (!open_path.empty()) frame.places = symbols.places(open_path, frame.offset);
  for (model::Place& place : frame.places) {
    // The start code is linked into every program.
    const bool start_code = place.file.empty() && place.function == "_start";
    place.system = start_code || is_system_module(module) || is_system_source(place.file);
  }
}

model::Place place_of(const model::Stack& stack, const std::vector<model::Module>& modules) {
  for (const model::Frame& frame : stack.frames) {
    for (const model::Place& place : frame.places)
      if (!place.file.empty() && !place.system) return place;
  }
  for (const model::Frame& frame : stack.frames) {
    const bool system = !frame.places.empty() && frame.places.back().system;
    if (!system && !is_system_module(modules.at(frame.module).path)) return named(frame, modules);
  }
  if (has_returned_from_main(stack)) return {.function = "the end of main", .file = {}};
  return stack.frames.empty() ? model::Place{} : named(stack.frames.front(), modules);
}

std::string object_name(const DataSymbol& symbol, model::ObjectKind kind) {
  if (symbol.path) return symbol.name + *symbol.path;
  const std::uint64_t size = size_of(kind);
  const bool array = size != 0 && symbol.size > size && symbol.size % size == 0 && symbol.inside % size == 0;
  if (array) return symbol.name + "[" + std::to_string(symbol.inside / size) + "]";
  return symbol.inside == 0 ? symbol.name : symbol.name + "+" + std::to_string(symbol.inside);
}

void resolve(model::Trace& trace, Symbols& symbols) {
  for (std::uint32_t module : used_modules(trace))
    trace.modules[module].build_id = build_id(trace.modules[module].path);
  for (auto& [id, stack] : trace.stacks) {
    for (model::Frame& frame : stack.frames) {
      const std::string& module = trace.modules.at(frame.module).path;
      name(frame, module, module, symbols);
    }
    stack.place = place_of(stack, trace.modules);
  }
  for (auto& [id, object] : trace.objects) {
    if (object.record.module >= trace.modules.size()) continue;
    const auto symbol = symbols.data_symbol(trace.modules[object.record.module].path, object.record.offset,
                                            size_of(object.record.kind));
    if (symbol) object.name = object_name(*symbol, object.record.kind);
  }
  for (model::Race& race : trace.races) {
    if (race.module >= trace.modules.size()) continue;
    const auto symbol = symbols.data_symbol(trace.modules[race.module].path, race.offset, race.bytes);
    if (symbol) race.name = object_name(*symbol, model::ObjectKind::memory);
  }
}

}  // namespace wedge::diagnose
