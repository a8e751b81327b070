// Reads the ELF headers and dynamic section; nothing is executed.
#include "harness/supervise/elf_check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

constexpr std::string_view scenario_main_symbol = "_ZN5wedge13scenario_mainEiPPc";

#if defined(__x86_64__)
constexpr int own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int own_machine = EM_AARCH64;
#else
#error "not a machine that wedge knows"
#endif

std::string machine_name(int machine, int elf_class) {
  switch (machine) {
    case EM_X86_64:
      return elf_class == ELFCLASS32 ? "x32" : "x86-64";
    case EM_386:
      return "32-bit x86";
    case EM_AARCH64:
      return "64-bit ARM";
    case EM_ARM:
      return "32-bit ARM";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "64-bit PowerPC";
    case EM_S390:
      return "S/390";
    default:
      return "machine type " + std::to_string(machine);
  }
}

class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw EnvironmentError("cannot read " + path + ": " + std::strerror(errno));
    elf_version(EV_CURRENT);
    elf_ = elf_begin(file_, ELF_C_READ_MMAP, nullptr);
  }
  ~ElfFile() {
    elf_end(elf_);
    close(file_);
  }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  bool is_elf() const { return elf_ != nullptr && elf_kind(elf_) == ELF_K_ELF && gelf_getehdr(elf_, &header_); }
  const GElf_Ehdr& header() const { return header_; }

  std::string start_of_file(std::size_t length) const {
    std::string text(length, '\0');
    const ssize_t got = pread(file_, text.data(), length, 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

  // The dynamic loader that the program asks for; empty in a static program or a library.
  std::string interpreter() const {
    std::size_t count = 0;
    elf_getphdrnum(elf_, &count);
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr segment;
      if (gelf_getphdr(elf_, static_cast<int>(i), &segment) == nullptr || segment.p_type != PT_INTERP) continue;
      std::string path(segment.p_filesz, '\0');
      if (pread(file_, path.data(), path.size(), static_cast<off_t>(segment.p_offset)) < 0) return {};
      return path.c_str();
    }
    return {};
  }

  bool is_position_independent_program() const {
    bool found = false;
    for_each_entry(SHT_DYNAMIC, [&](Elf_Data* data, const GElf_Shdr&, int i) {
      GElf_Dyn entry;
      found = found || (gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag == DT_FLAGS_1 &&
                        (entry.d_un.d_val & DF_1_PIE) != 0);
    });
    return found;
  }

  std::vector<std::string> needed_libraries() const {
    std::vector<std::string> names;
    for_each_entry(SHT_DYNAMIC, [&](Elf_Data* data, const GElf_Shdr& section, int i) {
      GElf_Dyn entry;
      if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag != DT_NEEDED) return;
      if (const char* name = elf_strptr(elf_, section.sh_link, entry.d_un.d_val)) names.emplace_back(name);
    });
    return names;
  }

  bool has_section(std::string_view wanted) const {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_, &names) != 0) return false;
    for (Elf_Scn* section = elf_nextscn(elf_, nullptr); section != nullptr; section = elf_nextscn(elf_, section)) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr) continue;
      const char* name = elf_strptr(elf_, names, header.sh_name);
      if (name != nullptr && wanted == name) return true;
    }
    return false;
  }

  // Whether one of the names is in the dynamic symbol table, or in that of the linker, as a definition or only as a
  // use.
  bool has_symbol(std::initializer_list<std::string_view> wanted, bool defined, unsigned int table = SHT_DYNSYM) const {
    bool found = false;
    for_each_entry(table, [&](Elf_Data* data, const GElf_Shdr& section, int i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, i, &symbol) == nullptr || (symbol.st_shndx != SHN_UNDEF) != defined) return;
      const char* name = elf_strptr(elf_, section.sh_link, symbol.st_name);
      if (name == nullptr) return;
      for (std::string_view candidate : wanted) found = found || candidate == name;
    });
    return found;
  }

 private:
  template <typename Visit>
  void for_each_entry(unsigned int section_type, Visit&& visit) const {
    for (Elf_Scn* section = elf_nextscn(elf_, nullptr); section != nullptr; section = elf_nextscn(elf_, section)) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr || header.sh_type != section_type || header.sh_entsize == 0)
        continue;
      Elf_Data* data = elf_getdata(section, nullptr);
      for (std::size_t i = 0; data != nullptr && i < header.sh_size / header.sh_entsize; ++i)
        visit(data, header, static_cast<int>(i));
    }
  }

  int file_;
  Elf* elf_ = nullptr;
  mutable GElf_Ehdr header_{};
};

void check_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw EnvironmentError("there is no program " + path + "; build it first");
    throw EnvironmentError("cannot look at " + path + ": " + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) throw EnvironmentError(path + " is a directory; name the program in it");
  if (!S_ISREG(status.st_mode)) throw EnvironmentError(path + " is not a file that can be run");
  if ((status.st_mode & 0111) == 0 || access(path.c_str(), X_OK) != 0)
    throw EnvironmentError(path + " is not executable; try chmod +x " + path);
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0)
    throw EnvironmentError(path + " is setuid or setgid, which keeps libwedge out; run a copy without that bit");
}

void check_format(const std::string& path, const ElfFile& file) {
  const std::string start = file.start_of_file(128);
  if (start.starts_with("#!"))
    throw EnvironmentError(path +
                           " is a script; name the ELF program that it starts instead of it (its first line is " +
                           start.substr(0, start.find('\n')) + ")");
  if (!file.is_elf()) throw EnvironmentError(path + " is not an ELF program; give the output of a C or C++ compiler");
  const GElf_Ehdr& header = file.header();
  const int elf_class = header.e_ident[EI_CLASS];
  if (header.e_machine != own_machine || elf_class != ELFCLASS64)
    throw EnvironmentError(path + " is built for " + machine_name(header.e_machine, elf_class) +
                           ", but this wedge runs programs for " + machine_name(own_machine, ELFCLASS64) +
                           "; build it for this machine");
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
    throw EnvironmentError(path + " is an object file or a core dump; link it into a program");
}

void check_linkage(const std::string& path, const ElfFile& file) {
  const std::string interpreter = file.interpreter();
  if (interpreter.empty() && file.header().e_type == ET_DYN && !file.is_position_independent_program())
    throw EnvironmentError(path + " is a shared library; name a program that uses it");
  if (interpreter.empty())
    throw EnvironmentError(path + " is linked statically, so libwedge cannot be put in front; link it without -static");
  if (interpreter.find("musl") != std::string::npos)
    throw EnvironmentError(path + " is linked with musl; build it against glibc");
}

void check_sanitizers(const std::string& path, const ElfFile& file) {
  static constexpr std::array<std::string_view, 10> libraries{
      "libtsan.",         "libasan.",         "liblsan.",         "libhwasan.",         "libclang_rt.tsan",
      "libclang_rt.asan", "libclang_rt.msan", "libclang_rt.lsan", "libclang_rt.hwasan", "libclang_rt.memprof"};
  bool found = file.has_symbol({"__asan_init", "__tsan_init", "__msan_init", "__lsan_init", "__hwasan_init"}, true);
  for (const std::string& name : file.needed_libraries())
    for (std::string_view library : libraries) found = found || name.starts_with(library);
  if (found)
    throw EnvironmentError(path +
                           " is linked with a sanitizer's runtime, which cannot share a process with libwedge; link it "
                           "with what 'wedge flags --link' prints instead of -fsanitize=...");
}

}  // namespace

namespace {

ProgramKind kind_without_libwedge(const std::string& path, const ElfFile& file) {
  for (const std::string& name : file.needed_libraries())
    if (name.starts_with("libwedge."))
      throw EnvironmentError(path + " is linked with libwedge, which controls it; on this rung it must run without");
  return file.has_section(".wedge_free") ? ProgramKind::scenario : ProgramKind::plain;
}

}  // namespace

ProgramKind check_tsan_program(const std::string& path) {
  check_file(path);
  const ElfFile file(path);
  check_format(path, file);
  bool found = file.has_symbol({"__tsan_init"}, true);
  for (const std::string& name : file.needed_libraries())
    found = found || name.starts_with("libtsan.") || name.starts_with("libclang_rt.tsan");
  if (!found)
    throw EnvironmentError(
        path + " has no ThreadSanitizer in it; compile and link it with what 'wedge flags --rung tsan' prints");
  return kind_without_libwedge(path, file);
}

ProgramKind check_own_program(const std::string& path) {
  check_file(path);
  const ElfFile file(path);
  check_format(path, file);
  return kind_without_libwedge(path, file);
}

ProgramKind check_program(const std::string& path) {
  check_file(path);
  const ElfFile file(path);
  check_format(path, file);
  check_linkage(path, file);
  check_sanitizers(path, file);
  return file.has_symbol({scenario_main_symbol}, false) ? ProgramKind::scenario : ProgramKind::plain;
}

namespace {

// As execvp() finds it; empty if it does not.
std::string file_of_command(const std::string& command) {
  if (command.find('/') != std::string::npos) return command;
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    const std::string file = folders.substr(at, end - at) + "/" + command;
    if (access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  return {};
}

// Compiled kernels need the runtime's start-up code, which is in the program or comes from a library; and a program
// that was not stripped names what was linked into it.
bool has_own_cuda_runtime(const ElfFile& file) {
  const bool borrows = file.has_symbol({"__cudaRegisterFatBinary"}, false);
  return (file.has_section(".nv_fatbin") && !borrows) ||
         file.has_symbol({"cudaDeviceSynchronize", "cudaStreamSynchronize", "cudaMemcpy"}, true, SHT_SYMTAB);
}

}  // namespace

void check_recordable(const std::string& command) {
  const std::string path = file_of_command(command);
  struct stat status {};
  if (path.empty() || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || access(path.c_str(), R_OK) != 0)
    return;  // starting it will say what is wrong
  const ElfFile file(path);
  if (!file.is_elf()) return;
  if (has_own_cuda_runtime(file))
    throw EnvironmentError(path +
                           " has a CUDA runtime of its own linked into it, so its calls cannot be recorded; link it "
                           "with nvcc -cudart shared, or leave out --cuda");
  if (file.interpreter().empty())
    throw EnvironmentError(path +
                           " is linked statically, so its calls cannot be recorded; link it without -static, or "
                           "leave out --cuda");
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0)
    throw EnvironmentError(path + " is setuid or setgid, which keeps the recorder out; leave out --cuda");
}

}  // namespace wedge::supervise
