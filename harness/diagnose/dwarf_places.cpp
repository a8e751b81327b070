// Finds the debugging entries around an instruction.
//
// libdw's own search looks into a function only for addresses inside it. But gcc puts the body of a lambda below the
// function it stands in, at addresses of its own, so functions are looked for here.
#include "harness/diagnose/dwarf_places.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include <dwarf.h>

#include "harness/diagnose/dwarf_names.h"

namespace wedge::diagnose {
namespace {

using Path = std::filesystem::path;

std::string tidy_path(const char* file, Dwarf_Die* unit) {
  if (file == nullptr) return {};
  Dwarf_Attribute attribute;
  const char* directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  Path path(file);
  if (path.is_relative() && directory != nullptr) path = Path(directory) / path;
  return path.lexically_normal().string();
}

template <typename Visit>
void for_each_child(Dwarf_Die* parent, Visit&& visit) {
  Dwarf_Die child;
  if (dwarf_child(parent, &child) != 0) return;
  do visit(child);
  while (dwarf_siblingof(&child, &child) == 0);
}

template <typename Visit>
void for_each_range(Dwarf_Die* die, Visit&& visit) {
  Dwarf_Addr base = 0;
  Dwarf_Addr start = 0;
  Dwarf_Addr end = 0;
  for (std::ptrdiff_t next = 0; (next = dwarf_ranges(die, next, &base, &start, &end)) > 0;)
    if (start < end) visit(start, end);
}

// Of two functions that are folded into one, any will do.
template <typename Functions>
void collect_functions(Dwarf_Die* parent, bool inside_function, Functions& functions) {
  for_each_child(parent, [&](Dwarf_Die& child) {
    switch (dwarf_tag(&child)) {
      case DW_TAG_subprogram:
        for_each_range(&child, [&](Dwarf_Addr start, Dwarf_Addr end) {
          functions.try_emplace(start, typename Functions::mapped_type{end, child});
        });
        return collect_functions(&child, true, functions);
      case DW_TAG_namespace:
      case DW_TAG_lexical_block:
        return collect_functions(&child, inside_function, functions);
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
        // Elsewhere a class only declares; the bodies of its functions stand outside.
        if (inside_function) collect_functions(&child, true, functions);
        return;
      default:
        return;
    }
  });
}

std::optional<Dwarf_Die> inlined_in(Dwarf_Die* function, Dwarf_Addr address) {
  std::optional<Dwarf_Die> found;
  for_each_child(function, [&](Dwarf_Die& child) {
    const int tag = dwarf_tag(&child);
    if (found || (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block)) return;
    if (dwarf_haspc(&child, address) != 1) return;
    found = tag == DW_TAG_inlined_subroutine ? child : inlined_in(&child, address);
  });
  return found;
}

std::uint32_t number_in(Dwarf_Die* die, unsigned int name) {
  Dwarf_Attribute attribute;
  Dwarf_Word number = 0;
  if (dwarf_formudata(dwarf_attr(die, name, &attribute), &number) != 0) return 0;
  return static_cast<std::uint32_t>(number);
}

std::string file_by_number(Dwarf_Die* unit, std::uint32_t number) {
  Dwarf_Files* files = nullptr;
  if (number == 0 || dwarf_getsrcfiles(unit, &files, nullptr) != 0) return {};
  return tidy_path(dwarf_filesrc(files, number, nullptr, nullptr), unit);
}

// Where the instruction itself stands; the function is filled in later.
model::Place line_at(Dwarf_Die* unit, Dwarf_Addr address) {
  model::Place place;
  Dwarf_Line* source = dwarf_getsrc_die(unit, address);
  if (source == nullptr) return place;
  int line = 0;
  dwarf_lineno(source, &line);
  place.file = tidy_path(dwarf_linesrc(source, nullptr, nullptr), unit);
  place.line = static_cast<std::uint32_t>(line);
  return place;
}

}  // namespace

// clang writes no table of address ranges unless asked to, so libdw finds no unit in what it compiled.
void DwarfPlaces::index_units() {
  indexed_ = true;
  Dwarf_Addr bias = 0;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module_, unit, &bias)) != nullptr;)
    for_each_range(unit, [&](Dwarf_Addr start, Dwarf_Addr end) { units_.try_emplace(start, Unit{end, bias, unit}); });
}

DwarfPlaces::Unit DwarfPlaces::unit_at(Dwarf_Addr address) {
  Unit unit;
  unit.die = dwfl_module_addrdie(module_, address, &unit.bias);
  if (unit.die != nullptr) return unit;
  if (!indexed_) index_units();
  // All units of a module have the same bias.
  const Dwarf_Addr bias = units_.empty() ? 0 : units_.begin()->second.bias;
  const auto above = units_.upper_bound(address - bias);
  if (above == units_.begin()) return unit;
  const Unit& below = std::prev(above)->second;
  return address - bias < below.end ? below : unit;
}

const DwarfPlaces::Functions& DwarfPlaces::functions_of(Dwarf_Die* unit) {
  const auto [known, is_new] = functions_.try_emplace(unit);
  if (is_new) collect_functions(unit, false, known->second);
  return known->second;
}

std::vector<model::Place> DwarfPlaces::at(Dwarf_Addr address) {
  const Unit unit = unit_at(address);
  if (unit.die == nullptr) return {};
  const Dwarf_Addr inside = address - unit.bias;
  const Functions& functions = functions_of(unit.die);
  const auto above = functions.upper_bound(inside);
  if (above == functions.begin() || inside >= std::prev(above)->second.end) return {};

  std::vector<Dwarf_Die> chain{std::prev(above)->second.die};
  while (const auto inlined = inlined_in(&chain.back(), inside)) chain.push_back(*inlined);
  model::Place place = line_at(unit.die, inside);
  std::vector<model::Place> places;
  for (auto function = chain.rbegin(); function != chain.rend(); ++function) {
    place.function = function_name(&*function);
    places.push_back(place);
    place.file = file_by_number(unit.die, number_in(&*function, DW_AT_call_file));
    place.line = number_in(&*function, DW_AT_call_line);
  }
  return places;
}

}  // namespace wedge::diagnose
