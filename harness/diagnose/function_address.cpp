// Looks through the symbol tables of the modules.
#include "harness/diagnose/function_address.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

namespace wedge::diagnose {
namespace {

constexpr GElf_Versym hidden_version = 0x8000;  // an old version, kept for old programs

struct Tables {
  Elf_Data* symbols = nullptr;
  Elf_Data* versions = nullptr;
  std::size_t names = 0;
  std::size_t count = 0;
};

void add_section(Tables& tables, Elf_Scn* section, GElf_Word wanted_table) {
  GElf_Shdr header;
  if (gelf_getshdr(section, &header) == nullptr) return;
  if (header.sh_type == SHT_GNU_versym) tables.versions = elf_getdata(section, nullptr);
  if (header.sh_type != wanted_table || header.sh_entsize == 0) return;
  tables.symbols = elf_getdata(section, nullptr);
  tables.names = header.sh_link;
  tables.count = header.sh_size / header.sh_entsize;
}

bool is_current(const Tables& tables, std::size_t index) {
  GElf_Versym version = 0;
  return tables.versions == nullptr || gelf_getversym(tables.versions, static_cast<int>(index), &version) == nullptr ||
         (version & hidden_version) == 0;
}

std::optional<std::uint64_t> find_in_table(Elf* elf, const std::string& name, GElf_Word table) {
  Tables tables;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section))
    add_section(tables, section, table);
  if (table != SHT_DYNSYM) tables.versions = nullptr;  // they number the other table
  for (std::size_t i = 0; tables.symbols != nullptr && i < tables.count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(tables.symbols, static_cast<int>(i), &symbol) == nullptr) break;
    if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
    const char* found = elf_strptr(elf, tables.names, symbol.st_name);
    if (found != nullptr && name == found && is_current(tables, i)) return symbol.st_value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> find_in_module(const LoadedModule& module, const std::string& name) {
  elf_version(EV_CURRENT);
  const int file = open(module.open_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  Elf* elf = elf_begin(file, ELF_C_READ_MMAP, nullptr);
  std::optional<std::uint64_t> found;
  if (elf != nullptr) found = find_in_table(elf, name, SHT_DYNSYM);
  if (elf != nullptr && !found) found = find_in_table(elf, name, SHT_SYMTAB);
  elf_end(elf);
  close(file);
  if (found) *found += module.bias;
  return found;
}

bool is_c_library(const LoadedModule& module) {
  const std::string name = std::filesystem::path(module.path).filename();
  return name.starts_with("libc.") || name.starts_with("libc-") || name.starts_with("libpthread");
}

}  // namespace

std::optional<std::uint64_t> function_address(const AddressSpace& memory, const std::string& name) {
  std::vector<const LoadedModule*> modules;
  for (const LoadedModule& module : memory.modules()) modules.push_back(&module);
  std::stable_partition(modules.begin(), modules.end(),
                        [](const LoadedModule* module) { return is_c_library(*module); });
  for (const LoadedModule* module : modules)
    if (const auto found = find_in_module(*module, name)) return found;
  return std::nullopt;
}

}  // namespace wedge::diagnose
