// Finds a variable's debugging entry by its address, and walks down its type.
#include "harness/diagnose/data_members.h"

#include <algorithm>

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "harness/diagnose/symbols.h"

namespace wedge::diagnose {
namespace {

// A report must not wait for a large program's debug information to be read from end to end.
constexpr int most_entries = 100000;
// The size of what still counts as one thing when nobody says what size the object has: a word.
constexpr std::uint64_t word = 8;

// gcc writes the address itself, clang the number of an entry in a table of addresses.
bool lies_at(Dwarf_Die* variable, Dwarf_Addr address) {
  Dwarf_Attribute location;
  Dwarf_Attribute entry;
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  Dwarf_Addr own = 0;
  if (dwarf_attr(variable, DW_AT_location, &location) == nullptr) return false;
  if (dwarf_getlocation(&location, &operations, &count) != 0 || count != 1) return false;
  if (operations[0].atom == DW_OP_addr) return operations[0].number == address;
  return operations[0].atom == DW_OP_addrx && dwarf_getlocation_attr(&location, operations, &entry) == 0 &&
         dwarf_formaddr(&entry, &own) == 0 && own == address;
}

// Among the entries of a unit and of its namespaces; what functions keep to themselves is not looked at.
bool find_variable(Dwarf_Die* parent, Dwarf_Addr address, int& budget, Dwarf_Die* found) {
  Dwarf_Die child;
  if (dwarf_child(parent, &child) != 0) return false;
  do {
    if (--budget < 0) return false;
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_variable && lies_at(&child, address)) {
      *found = child;
      return true;
    }
    if (tag == DW_TAG_namespace && find_variable(&child, address, budget, found)) return true;
  } while (dwarf_siblingof(&child, &child) == 0);
  return false;
}

bool type_of(Dwarf_Die* die, Dwarf_Die* type) {
  Dwarf_Attribute attribute;
  Dwarf_Die raw;
  if (dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), &raw) == nullptr) return false;
  return dwarf_peel_type(&raw, type) == 0;
}

std::uint64_t size_of(Dwarf_Die* type) {
  Dwarf_Word size = 0;
  return dwarf_aggregate_size(type, &size) == 0 ? size : 0;
}

std::uint64_t offset_of(Dwarf_Die* member) {
  Dwarf_Attribute attribute;
  Dwarf_Word offset = 0;
  dwarf_formudata(dwarf_attr(member, DW_AT_data_member_location, &attribute), &offset);
  return offset;
}

bool is_aggregate(Dwarf_Die* type) {
  const int tag = dwarf_tag(type);
  return tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_array_type;
}

// A user's class around a single mutex is walked into; the library's own mutex class is not. Of classes that it does
// not see used in full, clang writes a mere declaration, without a size.
bool is_here(Dwarf_Die* type, std::uint64_t inside, std::uint64_t size) {
  const std::uint64_t own = size_of(type);
  const char* file = dwarf_decl_file(type);
  const bool opaque =
      !is_aggregate(type) || dwarf_hasattr(type, DW_AT_declaration) == 1 || (file != nullptr && is_system_source(file));
  return inside == 0 && opaque && (size == 0 ? own <= word : own <= size);
}

std::optional<std::string> path_in(Dwarf_Die* type, std::uint64_t inside, std::uint64_t size);

std::optional<std::string> path_in_array(Dwarf_Die* type, std::uint64_t inside, std::uint64_t size) {
  Dwarf_Die element;
  if (!type_of(type, &element) || size_of(&element) == 0) return std::nullopt;
  const std::uint64_t each = size_of(&element);
  const auto rest = path_in(&element, inside % each, size);
  if (!rest) return std::nullopt;
  return "[" + std::to_string(inside / each) + "]" + *rest;
}

// Base classes and nameless members add nothing to the name.
std::optional<std::string> path_in_class(Dwarf_Die* type, std::uint64_t inside, std::uint64_t size) {
  Dwarf_Die member;
  if (dwarf_child(type, &member) != 0) return std::nullopt;
  do {
    const int tag = dwarf_tag(&member);
    Dwarf_Die member_type;
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || !type_of(&member, &member_type)) continue;
    const std::uint64_t start = offset_of(&member);
    if (inside < start || inside >= start + std::max<std::uint64_t>(size_of(&member_type), 1)) continue;
    const auto rest = path_in(&member_type, inside - start, size);
    if (!rest) continue;
    const char* name = tag == DW_TAG_member ? dwarf_diename(&member) : nullptr;
    return name == nullptr ? *rest : "." + std::string(name) + *rest;
  } while (dwarf_siblingof(&member, &member) == 0);
  return std::nullopt;
}

std::optional<std::string> path_in(Dwarf_Die* type, std::uint64_t inside, std::uint64_t size) {
  if (is_here(type, inside, size)) return std::string();
  switch (dwarf_tag(type)) {
    case DW_TAG_array_type:
      return path_in_array(type, inside, size);
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
      return path_in_class(type, inside, size);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> member_path(Dwfl_Module* module, Dwarf_Addr address, std::uint64_t inside,
                                       std::uint64_t size) {
  int budget = most_entries;
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = nullptr;
  while (budget > 0 && (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr) {
    Dwarf_Die variable;
    Dwarf_Die type;
    if (!find_variable(unit, address - bias, budget, &variable)) continue;
    return type_of(&variable, &type) ? path_in(&type, inside, size) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose
