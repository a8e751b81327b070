// Names of code and data, by libdwfl on the files alone.
#include "harness/diagnose/symbols.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <unordered_map>

#include <cxxabi.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/diagnose/data_members.h"
#include "harness/diagnose/dwarf_places.h"

namespace wedge::diagnose {
namespace {

bool looks_like_data(const GElf_Sym& symbol) {
  const int type = GELF_ST_TYPE(symbol.st_info);
  return (type == STT_OBJECT || type == STT_COMMON || type == STT_NOTYPE) && symbol.st_shndx != SHN_UNDEF &&
         symbol.st_size > 0;
}

// dwfl_standard_find_debuginfo loads a whole web client on its way, so it comes last, for those who need it.
int find_debuginfo(Dwfl_Module* module, void** data, const char* name, Dwarf_Addr base, const char* file,
                   const char* link_file, GElf_Word link_crc, char** found) {
  const int by_build_id = dwfl_build_id_find_debuginfo(module, data, name, base, file, link_file, link_crc, found);
  if (by_build_id >= 0 || link_file == nullptr) return by_build_id;
  return dwfl_standard_find_debuginfo(module, data, name, base, file, link_file, link_crc, found);
}

int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) {
  return -1;
}

const Dwfl_Callbacks callbacks_for_programs = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

// Of libc nobody needs more than the name of the function that was called. Its debug information, where it is
// installed, takes longer to read than all else.
const Dwfl_Callbacks callbacks_for_system = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_no_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

}  // namespace

// One file in a session of its own: offline modules of one session would be given addresses next to each other.
class Symbols::ModuleSymbols {
 public:
  explicit ModuleSymbols(const std::string& path)
      : dwfl_(dwfl_begin(is_system_module(path) ? &callbacks_for_system : &callbacks_for_programs)) {
    if (dwfl_ == nullptr) return;
    dwfl_report_begin(dwfl_);
    module_ = dwfl_report_offline(dwfl_, path.c_str(), path.c_str(), -1);
    dwfl_report_end(dwfl_, nullptr, nullptr);
    if (module_ != nullptr && dwfl_module_getelf(module_, &bias_) == nullptr) module_ = nullptr;
    if (module_ != nullptr) dwarf_.emplace(module_);
  }
  ~ModuleSymbols() {
    if (dwfl_ != nullptr) dwfl_end(dwfl_);
  }
  ModuleSymbols(const ModuleSymbols&) = delete;
  ModuleSymbols& operator=(const ModuleSymbols&) = delete;

  const std::vector<model::Place>& places(std::uint64_t offset) {
    const auto [known, is_new] = places_.try_emplace(offset);
    if (!is_new || module_ == nullptr) return known->second;
    known->second = dwarf_->at(offset + bias_);
    if (known->second.empty()) {
      GElf_Off inside = 0;
      GElf_Sym symbol;
      // Without a size, a symbol would lend its name to everything behind it.
      const char* name = dwfl_module_addrinfo(module_, offset + bias_, &inside, &symbol, nullptr, nullptr, nullptr);
      if (name != nullptr && inside < symbol.st_size) known->second.push_back({.function = demangle(name), .file = {}});
    }
    return known->second;
  }

  std::optional<DataSymbol> data_symbol(std::uint64_t offset, std::uint64_t size) {
    if (module_ == nullptr) return std::nullopt;
    if (data_.empty()) read_data_symbols();
    auto above = data_.upper_bound(offset);
    if (above == data_.begin()) return std::nullopt;
    const auto& [start, symbol] = *--above;
    if (offset >= start + symbol.size) return std::nullopt;
    DataSymbol result{demangle(symbol.name), symbol.size, offset - start, std::nullopt};
    if (size == 0 || symbol.size != size) result.path = member_path(module_, start + bias_, result.inside, size);
    return result;
  }

 private:
  void read_data_symbols() {
    const int count = dwfl_module_getsymtab(module_);
    for (int i = 1; i < count; ++i) {
      GElf_Sym symbol;
      GElf_Addr address = 0;
      const char* name = dwfl_module_getsym_info(module_, i, &symbol, &address, nullptr, nullptr, nullptr);
      if (name == nullptr || *name == '\0' || !looks_like_data(symbol)) continue;
      data_.try_emplace(address - bias_, DataSymbol{name, symbol.st_size, 0, std::nullopt});
    }
  }

  Dwfl* dwfl_;
  Dwfl_Module* module_ = nullptr;
  GElf_Addr bias_ = 0;
  std::optional<DwarfPlaces> dwarf_;
  std::unordered_map<std::uint64_t, std::vector<model::Place>> places_;
  std::map<std::uint64_t, DataSymbol> data_;  // by start
};

struct Symbols::State {
  std::unordered_map<std::string, std::unique_ptr<ModuleSymbols>> modules;
};

Symbols::Symbols() : state_(std::make_unique<State>()) {}
Symbols::~Symbols() = default;

Symbols::ModuleSymbols& Symbols::module_symbols(const std::string& path) {
  auto& module = state_->modules[path];
  if (!module) module = std::make_unique<ModuleSymbols>(path);
  return *module;
}

std::vector<model::Place> Symbols::places(const std::string& module, std::uint64_t offset) {
  return module_symbols(module).places(offset);
}

std::optional<DataSymbol> Symbols::data_symbol(const std::string& module, std::uint64_t offset, std::uint64_t size) {
  return module_symbols(module).data_symbol(offset, size);
}

std::string build_id(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  elf_version(EV_CURRENT);
  std::string hex;
  if (Elf* elf = elf_begin(file, ELF_C_READ_MMAP, nullptr)) {
    const void* bytes = nullptr;
    const ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);
    for (ssize_t i = 0; i < size; ++i) {
      const unsigned char byte = static_cast<const unsigned char*>(bytes)[i];
      hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
    elf_end(elf);
  }
  close(file);
  return hex;
}

bool is_system_module(std::string_view path) {
  static constexpr std::array<std::string_view, 6> directories{"/usr/lib/", "/usr/lib32/",     "/usr/lib64/",
                                                               "/lib",      "/usr/local/lib/", "linux-vdso"};
  const bool runtime = path.find("/libwedge.so") != std::string_view::npos;
  return runtime || std::ranges::any_of(directories, [&](auto directory) { return path.starts_with(directory); });
}

bool is_system_source(std::string_view file) {
  static constexpr std::array<std::string_view, 6> directories{
      "/usr/include/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/local/include/", "/usr/local/lib/"};
  // Compilers that live elsewhere, and the names under which distributions build their libraries.
  static constexpr std::array<std::string_view, 4> parts{"/include/c++/", "/libstdc++-v3/", "/build/glibc",
                                                         "/build/gcc"};
  return std::ranges::any_of(directories, [&](auto directory) { return file.starts_with(directory); }) ||
         std::ranges::any_of(parts, [&](auto part) { return file.find(part) != std::string_view::npos; });
}

std::string demangle(const std::string& name) {
  // Without the prefix it is a C name, and not the code of a type: "m" would become "unsigned long".
  if (!name.starts_with("_Z")) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 && text ? std::string(text.get()) : name;
}

}  // namespace wedge::diagnose
