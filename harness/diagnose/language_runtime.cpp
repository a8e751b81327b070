// Looks at names of libraries, and into the program itself where the runtime is linked into it.
#include "harness/diagnose/language_runtime.h"

#include <string_view>

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

namespace wedge::diagnose {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string from_sections(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return {};
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* text = elf_strptr(elf, names, header.sh_name);
    const std::string_view name = text == nullptr ? "" : text;
    if (name == ".go.buildinfo") return "go";
    if (name == ".PyRuntime") return "python";
    if (header.sh_type != SHT_DYNSYM) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Sym symbol;
    for (int i = 0; data != nullptr && gelf_getsym(data, i, &symbol) != nullptr; ++i) {
      const char* exported = symbol.st_shndx == SHN_UNDEF ? nullptr : elf_strptr(elf, header.sh_link, symbol.st_name);
      if (exported != nullptr && std::string_view(exported) == "_PyRuntime") return "python";
    }
  }
  return {};
}

std::string from_program(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  elf_version(EV_CURRENT);
  std::string runtime;
  if (Elf* elf = elf_begin(file, ELF_C_READ_MMAP, nullptr)) {
    runtime = from_sections(elf);
    elf_end(elf);
  }
  close(file);
  return runtime;
}

}  // namespace

std::string language_runtime(const AddressSpace& memory) {
  for (const LoadedModule& module : memory.modules()) {
    const std::string_view name = file_name(module.path);
    if (name.starts_with("libpython")) return "python";
    if (name == "libjvm.so") return "jvm";
    if (name.starts_with("libnode.so") || name == "node") return "node";
  }
  const auto program = read_link(process_path(memory.pid()) + "/exe");
  return program ? from_program(process_path(memory.pid()) + "/exe") : std::string();
}

}  // namespace wedge::diagnose
