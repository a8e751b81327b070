// Finds the program's memory among all that is mapped. Reads /proc by hand: nothing here may allocate.
#include "harness/runtime/memory/heap_roots.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>

#include <cstdlib>
#include <cstring>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/carrier/thread_locals.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime::heap {

namespace {

constexpr std::uintptr_t word = sizeof(std::uintptr_t);
constexpr std::uintptr_t page = 4096;

void visit_words(VisitRange visit, std::uintptr_t begin, std::uintptr_t end) {
  begin = (begin + word - 1) & ~(word - 1);
  end &= ~(word - 1);
  if (begin < end) visit(begin, end);
}

bool is_own_module(const dl_phdr_info* info) {
  const auto own = reinterpret_cast<std::uintptr_t>(&is_own_module);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD && own - (info->dlpi_addr + header.p_vaddr) < header.p_memsz) return true;
  }
  return false;
}

int visit_module(dl_phdr_info* info, std::size_t, void* visit) {
  if (is_own_module(info)) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    visit_words(*static_cast<VisitRange*>(visit), begin, begin + header.p_memsz);
  }
  return 0;
}

// The loader's table of a thread's modules: it alone knows where those opened later have their variables.
void visit_module_table(VisitRange visit, std::uintptr_t fs_base) {
  struct Entry {
    std::size_t counter_or_block;
    void* to_free;
  };
  const auto* entries = *reinterpret_cast<const Entry* const*>(fs_base + word);
  if (entries == nullptr) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(entries);
  visit_words(visit, begin, begin + (entries[-1].counter_or_block + 1) * sizeof(Entry));
}

struct Threads {
  VisitRange visit;
  ThreadMemory memory;
};

void visit_thread(const Context& context, void* argument) {
  const auto& threads = *static_cast<const Threads*>(argument);
  visit_words(threads.visit, context.fs_base - threads.memory.below, context.fs_base + threads.memory.above);
  visit_module_table(threads.visit, context.fs_base);
}

// Parts of what is mapped that are not the program's, or that nobody reads any more.
constexpr std::size_t max_parts = raw::max_reserved + 64 * 1024 + 16;
raw::Range* left_out = nullptr;
std::size_t left_out_count = 0;

void leave_out(std::uintptr_t begin, std::uintptr_t end) {
  if (left_out_count < max_parts && begin < end) left_out[left_out_count++] = {begin, end};
}

// Of the stack that a thread gets by default, what is certain to be stack and not its guard or its neighbour.
std::size_t certain_stack() {
  constexpr std::size_t margin = 64 * 1024;
  pthread_attr_t attributes;
  std::size_t size = 0;
  if (pthread_attr_init(&attributes) != 0 || pthread_attr_getstacksize(&attributes, &size) != 0) return 0;
  pthread_attr_destroy(&attributes);
  return size > 2 * margin ? size - margin : 0;
}

struct Stacks {
  std::size_t size;
  ThreadMemory memory;
};

// Stacks of parked threads: their tasks have ended.
void leave_out_stack(const Context& context, void* argument) {
  const auto& stacks = *static_cast<const Stacks*>(argument);
  const std::uintptr_t variables = context.fs_base - stacks.memory.below;
  if (context.pooled && stacks.size > 0) leave_out(context.fs_base - stacks.size, variables);
  if (mutated(Mutation::skip_thread_locals)) leave_out(variables, context.fs_base + stacks.memory.above);
}

int leave_out_own_module(dl_phdr_info* info, std::size_t, void*) {
  if (!is_own_module(info)) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD) leave_out(begin & ~(page - 1), (begin + header.p_memsz + page - 1) & ~(page - 1));
  }
  return 1;
}

bool collect_left_out() {
  constexpr std::size_t bytes = max_parts * sizeof(raw::Range);
  if (left_out == nullptr) left_out = static_cast<raw::Range*>(raw::reserve(bytes));
  if (raw::reserved_count > raw::max_reserved) return false;
  left_out_count = 0;
  for (std::size_t i = 0; i < raw::reserved_count; ++i) leave_out(raw::reserved[i].begin, raw::reserved[i].end);
  const auto block = reinterpret_cast<std::uintptr_t>(control);
  leave_out(block, block + sizeof(model::ControlBlock));
  dl_iterate_phdr(leave_out_own_module, nullptr);
  Stacks stacks{certain_stack(), thread_memory()};
  for_each_context(leave_out_stack, &stacks);
  std::qsort(left_out, left_out_count, sizeof(raw::Range), [](const void* a, const void* b) {
    const auto one = static_cast<const raw::Range*>(a)->begin;
    const auto other = static_cast<const raw::Range*>(b)->begin;
    return one < other ? -1 : one > other ? 1 : 0;
  });
  return true;
}

// Most of a large mapping may never have been touched; looking there would make it real.
void visit_resident(VisitRange visit, std::uintptr_t begin, std::uintptr_t end) {
  constexpr std::size_t piece = std::size_t{4} << 20;
  static unsigned char present[piece / page];
  if (end - begin <= piece) return visit_words(visit, begin, end);
  begin = (begin + page - 1) & ~(page - 1);
  for (; begin < end; begin += piece) {
    const std::size_t size = end - begin < piece ? end - begin : piece;
    if (raw::call(SYS_mincore, static_cast<long>(begin), static_cast<long>(size), reinterpret_cast<long>(present)) != 0)
      continue;
    for (std::size_t i = 0; i < (size + page - 1) / page; ++i)
      if (present[i] & 1) visit_words(visit, begin + i * page, begin + (i + 1) * page);
  }
}

void visit_but_left_out(VisitRange visit, std::uintptr_t begin, std::uintptr_t end) {
  for (std::size_t i = 0; i < left_out_count && begin < end; ++i) {
    const raw::Range& part = left_out[i];
    if (part.end <= begin) continue;
    if (part.begin >= end) break;
    if (part.begin > begin) visit_resident(visit, begin, part.begin);
    begin = part.end;
  }
  if (begin < end) visit_resident(visit, begin, end);
}

// Of the process's first stack, what lies above the frames that are left: those of whoever started the execution.
std::uintptr_t first_stack_from(std::uintptr_t begin, std::uintptr_t end) {
  if (scheduler.home == nullptr) return end;  // a plain program's main: its frames are visited as its own stack
  const auto left = reinterpret_cast<std::uintptr_t>(scheduler.home->fiber);
  return left > begin && left < end ? left : begin;
}

// "begin-end perms offset device inode   path"
void visit_line(VisitRange visit, char* line) {
  char* rest = nullptr;
  std::uintptr_t begin = std::strtoul(line, &rest, 16);
  const std::uintptr_t end = std::strtoul(rest + 1, &rest, 16);
  if (rest[1] != 'r' || rest[2] != 'w') return;
  const char* path = std::strpbrk(rest, "/[");
  if (path != nullptr && path[0] == '/' && std::strncmp(path, "/dev/zero", 9) != 0) return;
  if (path != nullptr && std::strncmp(path, "[stack]", 7) == 0) begin = first_stack_from(begin, end);
  visit_but_left_out(visit, begin, end);
}

}  // namespace

void visit_variables(VisitRange visit) {
  dl_iterate_phdr(visit_module, &visit);
  if (mutated(Mutation::skip_thread_locals)) return;
  Threads threads{visit, thread_memory()};
  for_each_context(visit_thread, &threads);
}

void visit_own_stack(VisitRange visit) {
  std::uintptr_t registers[16];  // what callers keep in registers that this call would have to save
  asm volatile(
      "mov %%rbx, 0(%0)\n mov %%rbp, 8(%0)\n mov %%r12, 16(%0)\n mov %%r13, 24(%0)\n mov %%r14, 32(%0)\n"
      "mov %%r15, 40(%0)\n"
      :
      : "r"(registers)
      : "memory");
  const auto here = reinterpret_cast<std::uintptr_t>(registers);
  visit_words(visit, here, here + 6 * word);
  static const auto* const first_stack_end = static_cast<void* const*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  const char* base = scheduler.current->context->stack_base;
  const auto end = reinterpret_cast<std::uintptr_t>(base != nullptr ? base : *first_stack_end);
  visit_words(visit, here + sizeof registers, end);
}

bool visit_other_memory(VisitRange visit) {
  if (!collect_left_out()) return false;
  const long file = raw::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>("/proc/self/maps"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  static char text[64 * 1024];
  std::size_t held = 0;
  for (;;) {
    const auto space = static_cast<long>(sizeof text - 1 - held);
    const long got = raw::call(SYS_read, file, reinterpret_cast<long>(text + held), space);
    if (got <= 0) break;
    held += static_cast<std::size_t>(got);
    text[held] = '\0';
    char* line = text;
    for (char* stop = std::strchr(line, '\n'); stop != nullptr; stop = std::strchr(line, '\n')) {
      *stop = '\0';
      visit_line(visit, line);
      line = stop + 1;
    }
    held -= static_cast<std::size_t>(line - text);
    std::memmove(text, line, held);
  }
  raw::call(SYS_close, file);
  return true;
}

}  // namespace wedge::runtime::heap
