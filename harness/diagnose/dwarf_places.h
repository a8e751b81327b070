// Functions, files and lines at an instruction, by DWARF.
#pragma once

#include <map>
#include <vector>

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include "harness/model/trace.h"

namespace wedge::diagnose {

// The module must outlive this. Addresses are biased as the module is.
class DwarfPlaces {
 public:
  explicit DwarfPlaces(Dwfl_Module* module) : module_(module) {}

  // Innermost inlined function first; empty without debug information.
  std::vector<model::Place> at(Dwarf_Addr address);

 private:
  struct Unit {
    Dwarf_Addr end = 0;
    Dwarf_Addr bias = 0;
    Dwarf_Die* die = nullptr;
  };
  struct Function {
    Dwarf_Addr end = 0;
    Dwarf_Die die{};
  };
  using Functions = std::map<Dwarf_Addr, Function>;  // by start

  Unit unit_at(Dwarf_Addr address);
  void index_units();
  const Functions& functions_of(Dwarf_Die* unit);

  Dwfl_Module* module_;
  bool indexed_ = false;
  std::map<Dwarf_Addr, Unit> units_;           // by start; without the module's bias
  std::map<Dwarf_Die*, Functions> functions_;  // by unit
};

}  // namespace wedge::diagnose
