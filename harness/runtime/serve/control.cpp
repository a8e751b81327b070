// Attaches to the supervisor's control block and speaks its protocol; forks and awaits workers.
#include "harness/runtime/serve/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "harness/runtime/carrier/thread_locals.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/execution.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/in_process.h"
#include "harness/runtime/trace/recorder.h"

WEDGE_REAL(fork);

namespace wedge::runtime {

#if WEDGE_MUTATIONS
Mutation active_mutation = Mutation::none;
#endif

namespace {

int socket_fd = -1;
bool is_attached = false;
bool thread_started_early = false;

model::ControlBlock* map_block(int fd) {
  const long address =
      raw::call(SYS_mmap, 0, sizeof(model::ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return address < 0 && address > -4096 ? nullptr : reinterpret_cast<model::ControlBlock*>(address);
}

// The program under test must not find our library in the environment of what it reads or starts.
void clean_environment() {
  unsetenv(model::control_environment);
  const char* preload = std::getenv("LD_PRELOAD");
  if (preload == nullptr) return;
  const char* end = std::strpbrk(preload, ": ");
  const bool ours_first = std::strstr(preload, "libwedge") != nullptr;
  if (!ours_first) return;
  if (end == nullptr)
    unsetenv("LD_PRELOAD");
  else
    setenv("LD_PRELOAD", end + 1, 1);
}

}  // namespace

bool attach_control() {
  const char* value = std::getenv(model::control_environment);
  if (value == nullptr) return false;
  int memory_fd = -1;
  if (std::sscanf(value, "%d,%d", &socket_fd, &memory_fd) != 2) return false;
  control = map_block(memory_fd);
  if (control == nullptr) return false;
  if (control->magic != model::control_magic || control->size_check != sizeof(model::ControlBlock)) {
    raw::complain("wedge: the wedge command and libwedge.so are of different versions; rebuild both\n");
    raw::exit_process(2);
  }
  raw::call(SYS_close, memory_fd);
  clean_environment();
  is_attached = true;
  remember_initial_modules();
  return true;
}

bool attached() { return is_attached; }

void use_private_control_block() {
  if (control == nullptr) control = static_cast<model::ControlBlock*>(raw::reserve(sizeof(model::ControlBlock)));
}

model::ControlBlock& use_shared_control_block() {
  const long address = raw::call(SYS_mmap, 0, sizeof(model::ControlBlock), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address < 0 && address > -4096) __builtin_trap();
  control = reinterpret_cast<model::ControlBlock*>(address);
  return *control;
}

void note_uncontrolled_thread() { thread_started_early = true; }

void say(model::ReplyKind kind, std::uint64_t execution, std::int32_t wait_status) {
  const model::Reply reply{kind, wait_status, execution};
  raw::call(SYS_write, socket_fd, reinterpret_cast<long>(&reply), sizeof reply);
}

bool next_request() {
  char byte = 0;
  long got;
  do got = raw::call(SYS_read, socket_fd, reinterpret_cast<long>(&byte), 1);
  while (got == -EINTR);
  if (got != 1) return false;
#if WEDGE_MUTATIONS
  active_mutation = static_cast<Mutation>(control->request.mutation);
#endif
  if (thread_started_early)
    refuse_for_ever("a library of the program starts a thread before main; what runs before main is not controlled");
  return true;
}

void refuse_for_ever(const char* why) {
  do {
    std::snprintf(control->result.text, sizeof control->result.text, "%s", why);
    say(model::ReplyKind::refused);
    char byte = 0;
    if (raw::call(SYS_read, socket_fd, reinterpret_cast<long>(&byte), 1) != 1) break;
  } while (true);
  raw::exit_process(2);
}

int fork_worker() {
  const pid_t parent = static_cast<pid_t>(raw::call(SYS_getpid));
  control->result.written = 0;
  control->result.exit_status = -1;
  control->progress.began_ns = 0;  // of the execution before; the next one begins in its own process
  const int pid = real_fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (raw::call(SYS_getppid) != parent) raw::exit_process(2);
    raw::call(SYS_close, socket_fd);
    control->progress.worker_pid = static_cast<int>(raw::call(SYS_getpid));
  }
  return pid;
}

std::int32_t await_worker(int pid, std::uint64_t heartbeat_before, bool may_be_dirty) {
  int status = 0;
  while (raw::call(SYS_wait4, pid, reinterpret_cast<long>(&status)) == -EINTR) {
  }
  const std::uint64_t steps = control->progress.heartbeat - heartbeat_before;
  control->progress.total_steps = control->progress.total_steps + steps;
  model::Result& result = control->result;
  const bool dirty = may_be_dirty && WIFEXITED(status) && WEXITSTATUS(status) == dirty_exit_status;
  const bool bad = WIFSIGNALED(status) || (WEXITSTATUS(status) != 0 && !dirty);
  if (result.written != 0 || !bad) return status;
  // It died without a word, or after noting that it calls exit(): what is known from outside.
  const bool noted = WIFEXITED(status) && result.exit_status == WEXITSTATUS(status);
  if (!noted) {
    result.outcome = WIFSIGNALED(status) ? Outcome::crash : Outcome::panic;
    result.signal = WIFSIGNALED(status) ? static_cast<std::uint8_t>(WTERMSIG(status)) : 0;
    result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result.task = -1;
    result.stack = result.tasks = result.objects = result.stacks = result.frames = 0;
    result.events = 0;
    std::snprintf(result.text, sizeof result.text,
                  WIFSIGNALED(status) ? "the process was ended by signal %d" : "the process ended with status %d",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  result.choices = result.steps = steps < model::max_choices ? steps : model::max_choices;
  result.written = 1;
  return status;
}

void adopt_orphans() { raw::call(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1); }

namespace {

// Kills the children that this process has, all of them adopted; false: there are none.
bool kill_children() {
  char text[4096];
  const long file =
      raw::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>("/proc/thread-self/children"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const long got = raw::call(SYS_read, file, reinterpret_cast<long>(text), sizeof text - 1);
  raw::call(SYS_close, file);
  if (got <= 0) return false;
  text[got] = '\0';
  for (char* at = text; *at != '\0';) {
    char* end = nullptr;
    const long pid = std::strtol(at, &end, 10);
    if (end == at) break;
    raw::call(SYS_kill, pid, SIGKILL);
    raw::call(SYS_wait4, pid);
    at = end;
  }
  return true;
}

}  // namespace

void end_left_behind(int pid) {
  raw::call(SYS_kill, -pid, SIGKILL);
  constexpr int generations = 1000;  // whoever is killed may leave children of its own
  for (int i = 0; i < generations && kill_children(); ++i) {
  }
}

// A place for a debugger to stop at: the execution has failed, all tasks stand where they stood.
WEDGE_EXPORT void wedge_failure_reached() { asm volatile("" ::: "memory"); }

void finish_process() {
  control->result.written = 1;
  if (control->request.flags & model::request_flags::stop_at_failure) wedge_failure_reached();
  while (control->request.flags & model::request_flags::hold_at_failure) raw::call(SYS_pause);
  raw::exit_process(0);
}

void leave_dirty_execution() { raw::exit_process(dirty_exit_status); }

}  // namespace wedge::runtime
