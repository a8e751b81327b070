// Keeps the list of loaded files and their address ranges.
#include "harness/runtime/trace/modules.h"

#include <link.h>
#include <unistd.h>

#include <cstring>

#include "harness/runtime/raw.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

struct Module {
  std::uintptr_t bias;
  std::uintptr_t low;
  std::uintptr_t high;
  char path[sizeof(model::ModuleRecord::path)];
};

Module* modules = nullptr;
std::uint32_t count = 0;

int visit(dl_phdr_info* info, std::size_t, void*) {
  Module module{};
  module.bias = info->dlpi_addr;
  module.low = ~std::uintptr_t{0};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t low = info->dlpi_addr + header.p_vaddr;
    if (low < module.low) module.low = low;
    if (low + header.p_memsz > module.high) module.high = low + header.p_memsz;
  }
  for (std::uint32_t i = 0; i < count; ++i)
    if (modules[i].low == module.low && modules[i].high == module.high) return 0;
  if (count == model::max_modules) return 1;
  if (info->dlpi_name == nullptr || info->dlpi_name[0] == '\0') {
    const long length = raw::call(SYS_readlink, reinterpret_cast<long>("/proc/self/exe"),
                                  reinterpret_cast<long>(module.path), sizeof module.path - 1);
    module.path[length > 0 ? length : 0] = '\0';
  } else {
    std::strncpy(module.path, info->dlpi_name, sizeof module.path - 1);
  }
  modules[count++] = module;
  return 0;
}

const Module* module_of(std::uintptr_t address) {
  for (std::uint32_t i = 0; i < count; ++i)
    if (address >= modules[i].low && address < modules[i].high) return &modules[i];
  return nullptr;
}

}  // namespace

void find_modules() {
  if (modules == nullptr) modules = static_cast<Module*>(raw::reserve(model::max_modules * sizeof(Module)));
  dl_iterate_phdr(visit, nullptr);
}

model::FrameRecord frame_at(std::uintptr_t address) {
  const Module* module = module_of(address);
  if (module == nullptr) {
    find_modules();
    module = module_of(address);
  }
  if (module == nullptr) return {model::no_module, 0, 0};
  return {static_cast<std::uint32_t>(module - modules), 0, address - module->bias};
}

bool is_in_module(std::uintptr_t address) { return module_of(address) != nullptr; }

std::uint32_t own_module() {
  static std::uint32_t own = model::no_module;
  if (own == model::no_module) own = frame_at(reinterpret_cast<std::uintptr_t>(&own_module)).module;
  return own;
}

std::uintptr_t address_in_module(const char* path, std::uint64_t offset) {
  for (std::uint32_t i = 0; i < count; ++i)
    if (std::strncmp(modules[i].path, path, sizeof model::PlaceRecord::module - 1) == 0)
      return modules[i].bias + offset;
  return 0;
}

void own_range(std::uintptr_t& begin, std::uintptr_t& end) {
  const Module& own = modules[own_module()];
  begin = own.low;
  end = own.high;
}

std::uint32_t write_modules() {
  for (std::uint32_t i = 0; i < count; ++i)
    std::memcpy(control->modules[i].path, modules[i].path, sizeof modules[i].path);
  return count;
}

}  // namespace wedge::runtime
