// Restores the thread_local variables of every module but the system's from their initial images (PT_TLS segments).
//
// The modules that were loaded with the program have their variables at a fixed distance from the fs base, found once;
// those of a dlopen are asked for anew each time, under the fs base of the context in question.
#include "harness/runtime/carrier/thread_locals.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

#include <cerrno>
#include <cstring>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/mutation.h"

namespace wedge::runtime {

namespace {

struct Image {
  std::int64_t from_fs_base;
  const void* initial;
  std::size_t initial_size;
  std::size_t size;
};

constexpr std::size_t max_images = 128;
Image images[max_images];
std::size_t image_count = 0;
bool known = false;
const link_map* last_initial = nullptr;  // of the loader's list; what is opened later comes behind it

bool is_system_module(const char* path) {
  if (path == nullptr) return false;
  const char* slash = std::strrchr(path, '/');
  const char* name = slash != nullptr ? slash + 1 : path;
  for (const char* system :
       {"libc.so", "ld-linux", "libstdc++.so", "libgcc_s.so", "libm.so", "libpthread.so", "libwedge"})
    if (std::strncmp(name, system, std::strlen(system)) == 0) return true;
  return false;
}

int visit(dl_phdr_info* info, std::size_t, void* argument) {
  const auto fs_base = *static_cast<const std::uint64_t*>(argument);
  if (info->dlpi_tls_data == nullptr || is_system_module(info->dlpi_name)) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_TLS || image_count == max_images) continue;
    images[image_count++] = {static_cast<std::int64_t>(reinterpret_cast<std::uint64_t>(info->dlpi_tls_data) - fs_base),
                             reinterpret_cast<const void*>(info->dlpi_addr + header.p_vaddr), header.p_filesz,
                             header.p_memsz};
  }
  return 0;
}

void find_images(std::uint64_t fs_base) {
  image_count = 0;
  dl_iterate_phdr(visit, &fs_base);
}

}  // namespace

void remember_initial_modules() {
  for (last_initial = _r_debug.r_map; last_initial->l_next != nullptr;) last_initial = last_initial->l_next;
}

ThreadMemory thread_memory() {
  // Modules loaded with the program lie close below the fs base; others have memory of their own.
  struct Search {
    std::uintptr_t fs_base;
    std::size_t below;
  } search{static_cast<std::uintptr_t>(pthread_self()), 0};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* argument) {
        auto& found = *static_cast<Search*>(argument);
        constexpr std::size_t most = std::size_t{1} << 20;
        const std::size_t distance = found.fs_base - reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
        if (info->dlpi_tls_data != nullptr && distance < most && distance > found.below) found.below = distance;
        return 0;
      },
      &search);
  static const auto* size = static_cast<const unsigned int*>(dlsym(RTLD_DEFAULT, "_thread_db_sizeof_pthread"));
  constexpr std::size_t usual_size = 2304;
  return {search.below, size != nullptr ? *size : usual_size};
}

void reset_thread_locals(Context& context) {
  if (mutated(Mutation::skip_tls_reset)) return;
  const bool opened_later = last_initial != nullptr && last_initial->l_next != nullptr;
  if (!known || opened_later) find_images(context.fs_base);
  known = !opened_later;
  for (std::size_t i = 0; i < image_count; ++i) {
    const Image& image = images[i];
    char* to = reinterpret_cast<char*>(context.fs_base + static_cast<std::uint64_t>(image.from_fs_base));
    std::memcpy(to, image.initial, image.initial_size);
    std::memset(to + image.initial_size, 0, image.size - image.initial_size);
  }
  errno = 0;
}

}  // namespace wedge::runtime
