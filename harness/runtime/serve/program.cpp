// Takes over plain programs where libc starts them: before their static constructors and main, as a fork server.
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <cstring>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/intercept/process.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/thread_ends.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/coverage.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/control.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

using Main = int (*)(int, char**, char**);

Main program_main = nullptr;

struct MainCall {
  int argc;
  char** argv;
  char** environment;
};

void* call_main(void* argument) {
  const auto& call = *static_cast<const MainCall*>(argument);
  return reinterpret_cast<void*>(static_cast<long>(program_main(call.argc, call.argv, call.environment)));
}

int controlled_main(int argc, char** argv, char** environment) {
  MainCall call{argc, argv, environment};
  Task& task = *scheduler.current;
  void* result = run_outermost(task, call_main, &call);
  if (scheduler.current->exiting) {
    end_current_task();
    exit_as_last_task();
  }
  exit_program(static_cast<int>(reinterpret_cast<long>(result)));
}

// A scenario program says so by needing wedge::scenario_main: found among the relocations of the executable.
bool needs_scenario_main(const dl_phdr_info* info) {
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info->dlpi_phnum; ++i)
    if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
  if (dynamic == nullptr) return false;
  const char* strings = nullptr;
  const ElfW(Sym)* symbols = nullptr;
  const ElfW(Rela) * tables[2] = {};
  std::size_t sizes[2] = {};
  for (; dynamic->d_tag != DT_NULL; ++dynamic) {
    if (dynamic->d_tag == DT_STRTAB) strings = reinterpret_cast<const char*>(dynamic->d_un.d_ptr);
    if (dynamic->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(dynamic->d_un.d_ptr);
    if (dynamic->d_tag == DT_RELA) tables[0] = reinterpret_cast<const ElfW(Rela)*>(dynamic->d_un.d_ptr);
    if (dynamic->d_tag == DT_RELASZ) sizes[0] = dynamic->d_un.d_val;
    if (dynamic->d_tag == DT_JMPREL) tables[1] = reinterpret_cast<const ElfW(Rela)*>(dynamic->d_un.d_ptr);
    if (dynamic->d_tag == DT_PLTRELSZ) sizes[1] = dynamic->d_un.d_val;
  }
  if (strings == nullptr || symbols == nullptr) return false;
  for (int t = 0; t < 2; ++t)
    for (std::size_t i = 0; tables[t] != nullptr && i < sizes[t] / sizeof(ElfW(Rela)); ++i) {
      const auto symbol = ELF64_R_SYM(tables[t][i].r_info);
      if (symbol != 0 && std::strcmp(strings + symbols[symbol].st_name, "_ZN5wedge13scenario_mainEiPPc") == 0)
        return true;
    }
  return false;
}

bool is_scenario_program() {
  bool found = false;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<bool*>(result) = needs_scenario_main(info);
        return 1;  // the executable comes first; look no further
      },
      &found);
  return found;
}

int free_main(int argc, char** argv, char** environment) {
  const int status = program_main(argc, argv, environment);
  note_free_exit("exit", status);
  return status;
}

void begin_program(std::uint64_t execution) {
  if (control->request.flags & model::request_flags::keep_output) setvbuf(stdout, nullptr, _IOLBF, 0);
  if (wants_free(control->request)) return begin_free_execution(execution, false);
  static Context main_context;
  control->progress.execution = execution;
  stay_on_this_processor();
  choose_carrier(control->request.carrier);
  adopt_calling_thread(main_context);
  install_failure_handlers();
  begin_execution(control->request, execution);
  Task* task = new_task();
  task->context = &main_context;
  main_context.task = task;
  task->started = true;
  raw::call(SYS_prctl, PR_GET_NAME, reinterpret_cast<long>(task->name));
  scheduler.current = task;
  controlled = true;
}

// Returns only in a process that is to execute the program.
void serve_program() {
  find_modules();  // here once, and not in the process of each execution
  if (control->request.flags & model::request_flags::direct) return begin_program(control->request.first);
  say(model::ReplyKind::ready);
  while (next_request()) {
    const model::Request& request = control->request;
    if (request.command == model::Command::quit) break;
    if (request.command == model::Command::list) {
      refuse_for_ever("it is a plain program: it has no scenarios to list");
    }
    if (wants_free(request)) adopt_orphans();
    bool stopped = false;
    for (std::uint64_t i = request.first; i < request.first + request.count && !stopped; ++i) {
      if (is_exploration(request) && !begin_exploration(request, i)) break;
      control->progress.execution = i;
      const std::uint64_t heartbeat = control->progress.heartbeat;
      const int pid = fork_worker();
      if (pid == 0) return begin_program(i);
      const std::int32_t status = await_worker(pid, heartbeat, false);
      if (wants_free(request)) end_left_behind(pid);
      const std::uint64_t length = control->progress.heartbeat - heartbeat;
      if (length > control->progress.longest) control->progress.longest = length;
      if (control->result.written != 0) {
        say(model::ReplyKind::stopped, i, status);
        stopped = true;
      } else {
        keep_schedule(i, length);
      }
    }
    if (!stopped) say(model::ReplyKind::done);
  }
  raw::exit_process(0);
}

}  // namespace
}  // namespace wedge::runtime

using Start = int(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);

WEDGE_EXPORT int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*initialise)(),
                                   void (*finalise)(), void (*loader_finalise)(), void* stack_end) {
  using namespace wedge::runtime;
  // Programs linked before glibc 2.34 pass their own initialisers and expect the old version of the function.
  auto* real = reinterpret_cast<Start*>(initialise != nullptr ? dlvsym(RTLD_NEXT, "__libc_start_main", "GLIBC_2.2.5")
                                                              : dlsym(RTLD_NEXT, "__libc_start_main"));
  program_main = main;
  auto* started = main;
  if (attach_control() && !is_scenario_program()) {
    serve_program();
    started = wants_free(control->request) ? free_main : controlled_main;
  }
  return real(started, argc, argv, initialise, finalise, loader_finalise, stack_end);
}
