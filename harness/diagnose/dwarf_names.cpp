// Names of functions: mangled ones where there are some, otherwise put together from the entries around them.
#include "harness/diagnose/dwarf_names.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include <dwarf.h>
#include <cstdlib>

#include "harness/diagnose/symbols.h"

namespace wedge::diagnose {
namespace {

// The declaration, which stands inside its class and namespaces, of a function that is defined or inlined elsewhere.
Dwarf_Die declaration_of(Dwarf_Die die) {
  for (;;) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    Dwarf_Attribute* link = dwarf_attr(&die, DW_AT_abstract_origin, &attribute);
    if (link == nullptr) link = dwarf_attr(&die, DW_AT_specification, &attribute);
    if (link == nullptr || dwarf_formref_die(link, &next) == nullptr) return die;
    die = next;
  }
}

// What the entry stands in, innermost first.
std::vector<Dwarf_Die> parents_of(Dwarf_Die die) {
  Dwarf_Die* found = nullptr;
  const int count = dwarf_getscopes_die(&die, &found);
  const std::unique_ptr<Dwarf_Die[], decltype(&std::free)> scopes(found, &std::free);
  return count > 1 ? std::vector<Dwarf_Die>(found + 1, found + count) : std::vector<Dwarf_Die>();
}

bool is_class(Dwarf_Die* die) {
  const int tag = dwarf_tag(die);
  return tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

std::string_view name_of(Dwarf_Die* die) {
  const char* name = dwarf_diename(die);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

// gcc calls the class of a lambda "<lambda()>", clang does not name it.
bool is_lambda(std::string_view own, std::vector<Dwarf_Die>& parents) {
  if (own != "operator()" || parents.empty() || !is_class(&parents.front())) return false;
  const std::string_view name = name_of(&parents.front());
  return name.empty() || name.starts_with("<lambda");
}

std::string name_of_lambda(std::vector<Dwarf_Die>& parents) {
  for (Dwarf_Die& parent : parents)
    if (dwarf_tag(&parent) == DW_TAG_subprogram) return "lambda in " + function_name(&parent);
  return "lambda";
}

// For functions without a mangled name, such as those of an anonymous namespace.
std::string qualified_name(Dwarf_Die* die) {
  Dwarf_Die declaration = declaration_of(*die);
  std::string name(name_of(&declaration));
  std::vector<Dwarf_Die> parents = parents_of(declaration);
  if (is_lambda(name, parents)) return name_of_lambda(parents);
  for (Dwarf_Die& parent : parents) {
    const std::string_view scope = name_of(&parent);
    const bool counts = is_class(&parent) || dwarf_tag(&parent) == DW_TAG_namespace;
    if (counts && !scope.empty() && !name.empty()) name.insert(0, std::string(scope).append("::"));
  }
  return name;
}

// "main::{lambda()#1}::operator()() const" and "main::$_0::operator()() const" are a lambda in main to a reader.
std::string without_lambda_noise(const std::string& name) {
  const std::size_t call = name.rfind("::operator()");
  if (call == std::string::npos) return name;
  std::size_t scope = name.rfind("::{lambda(", call);
  if (scope == std::string::npos) scope = name.rfind("::$_", call);
  if (scope == std::string::npos || name.find("::", scope + 2) < call) return name;
  return "lambda in " + name.substr(0, scope);
}

}  // namespace

std::string function_name(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  for (unsigned int kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (const char* name = dwarf_formstring(dwarf_attr_integrate(function, kind, &attribute)))
      return without_lambda_noise(demangle(name));
  return qualified_name(function);
}

}  // namespace wedge::diagnose
