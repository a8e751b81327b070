// From (module, offset) to names: functions, lines and static variables, read from ELF and DWARF without a process.
//
// Offsets are ELF virtual addresses of the module, that is run-time addresses minus the load bias. A module is opened
// at the first question about it and kept. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/trace.h"

namespace wedge::diagnose {

// A static variable, where in it the offset lies, and how the source names that part of it (".lock", "[1]", or empty
// for all of it) if there is debug information that says so.
struct DataSymbol {
  std::string name;
  std::uint64_t size = 0;
  std::uint64_t inside = 0;
  std::optional<std::string> path;
};

class Symbols {
 public:
  Symbols();
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  // The functions at an instruction, innermost inlined one first. Empty if nothing is known about the offset.
  std::vector<model::Place> places(const std::string& module, std::uint64_t offset);

  // `size` of the object at the offset; 0: unknown.
  std::optional<DataSymbol> data_symbol(const std::string& module, std::uint64_t offset, std::uint64_t size);

 private:
  class ModuleSymbols;
  ModuleSymbols& module_symbols(const std::string& path);

  struct State;
  std::unique_ptr<State> state_;
};

// Hexadecimal; empty if the file has none or cannot be read.
std::string build_id(const std::string& path);

// Whether a source file or module belongs to the compiler, the C++ library or the system and not to the user.
bool is_system_source(std::string_view file);
bool is_system_module(std::string_view path);

std::string demangle(const std::string& name);

}  // namespace wedge::diagnose
