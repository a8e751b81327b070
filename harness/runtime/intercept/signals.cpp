// Interceptors of signal masks, and of signals that a task sends to itself.
//
// Masks are kept per task and never reach the kernel: on carrier `fiber` all tasks share one kernel thread, and a fault
// must reach the runtime's handler whatever the task blocks.
#include "harness/runtime/intercept/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <type_traits>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/intercept/identity.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/result.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

constexpr int last_signal = 64;

bool is_valid(int signal) { return signal >= 0 && signal <= last_signal; }
std::uint64_t bit_of(int signal) { return std::uint64_t{1} << (signal - 1); }

std::uint64_t word_of(const sigset_t& set) {
  std::uint64_t word;
  std::memcpy(&word, &set, sizeof word);  // glibc's set begins with the kernel's
  return word;
}

// Like glibc, which keeps 32 and 33 for itself; nobody can block SIGKILL and SIGSTOP.
std::uint64_t blockable(std::uint64_t mask) {
  for (int never : {SIGKILL, SIGSTOP, 32, 33}) mask &= ~bit_of(never);
  return mask;
}

int change_mask(int how, const sigset_t* set, sigset_t* old) {
  std::uint64_t& mask = scheduler.current->blocked_signals;
  const std::uint64_t before = mask;
  if (set != nullptr) {
    if (how == SIG_BLOCK)
      mask |= blockable(word_of(*set));
    else if (how == SIG_UNBLOCK)
      mask &= ~word_of(*set);
    else if (how == SIG_SETMASK)
      mask = blockable(word_of(*set));
    else
      return EINVAL;
  }
  if (old != nullptr) {
    sigemptyset(old);
    std::memcpy(old, &before, sizeof before);
  }
  return 0;
}

bool ends_process_by_default(int signal) {
  return signal != SIGCHLD && signal != SIGURG && signal != SIGWINCH && signal != SIGCONT;
}

bool stops_process_by_default(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

void call_handler(int signal, const struct sigaction& action) {
  Task& task = *scheduler.current;
  const std::uint64_t mask = task.blocked_signals;
  task.blocked_signals |= blockable(word_of(action.sa_mask));
  if ((action.sa_flags & SA_NODEFER) == 0) task.blocked_signals |= bit_of(signal);
  if ((action.sa_flags & SA_RESETHAND) != 0) ::signal(signal, SIG_DFL);
  const int saved = errno;
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    siginfo_t information{};
    information.si_signo = signal;
    information.si_code = SI_TKILL;
    information.si_pid = virtual_pid();
    information.si_uid = getuid();
    action.sa_sigaction(signal, &information, nullptr);
  } else {
    action.sa_handler(signal);
  }
  errno = saved;
  scheduler.current->blocked_signals = mask;
}

bool is_own(pthread_t thread) {
  const Context* context = context_of(thread);
  return context != nullptr && context->task == scheduler.current;
}

// What another thread or process would get is outside.
int signal_thread(const char* call, pthread_t thread, int signal) {
  const Context* context = context_of(thread);
  if (context == nullptr || context->task == nullptr) return ESRCH;
  if (!is_valid(signal)) return EINVAL;
  if (signal == 0 || context->task->state == model::TaskState::ended) return 0;
  if (!is_own(thread)) unsupported(call, "a signal may interrupt the other thread between any two instructions");
  deliver_to_self(signal);
  return 0;
}

int signal_process(const char* call, pid_t process, int signal) {
  if (!is_valid(signal)) return -EINVAL;
  const bool own = process == virtual_pid() || process == 0;
  if (signal == 0) return own ? 0 : static_cast<int>(raw::call(SYS_kill, process, 0));
  if (!own) unsupported(call, "it signals another process");
  // With one task there is no question of which thread the kernel interrupts; faults and the fatal ones end all of
  // them.
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  const bool runs_handler = action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
  const bool is_fault = signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                        signal == SIGILL || signal == SIGTRAP;
  if (runs_handler && !is_fault && scheduler.live_tasks > 1)
    unsupported(call, "the handler may run in any thread, between any two instructions");
  deliver_to_self(signal);
  return 0;
}

}  // namespace

bool blocks_signal(int signal) { return (scheduler.current->blocked_signals & bit_of(signal)) != 0; }

bool ignores_signal(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN || (action.sa_handler == SIG_DFL && !ends_process_by_default(signal));
}

void deliver_to_self(int signal) {
  if (signal == 0 || ignores_signal(signal)) return;
  if (blocks_signal(signal)) {
    if (signal == SIGPIPE) return;  // would stay pending; programs block it to see EPIPE only
    unsupported("a signal sent while it is blocked", "pending signals are not kept");
  }
  if (signal == SIGUSR2) unsupported("SIGUSR2", "the runtime uses it itself");
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  if (action.sa_handler != SIG_DFL) return call_handler(signal, action);
  if (stops_process_by_default(signal)) unsupported("a stop signal", "the whole process would stop");
  control->result.signal = static_cast<std::uint8_t>(signal);
  fail(Outcome::crash, "the process ends itself by signal %d (SIG%s)", signal,
       sigabbrev_np(signal) != nullptr ? sigabbrev_np(signal) : "?");
}

}  // namespace wedge::runtime

using namespace wedge::runtime;
namespace model = wedge::model;

WEDGE_REAL(pthread_sigmask);
WEDGE_REAL(sigprocmask);
WEDGE_REAL(raise);
WEDGE_REAL(kill);
WEDGE_REAL(killpg);
WEDGE_REAL(tgkill);
WEDGE_REAL(pthread_kill);
WEDGE_REAL(pthread_sigqueue);
WEDGE_REAL(sigqueue);

WEDGE_EXPORT int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  return controlled ? change_mask(how, set, old) : real_pthread_sigmask(how, set, old);
}

WEDGE_EXPORT int sigprocmask(int how, const sigset_t* set, sigset_t* old) noexcept {
  if (!controlled) return real_sigprocmask(how, set, old);
  return static_cast<int>(by_errno(-change_mask(how, set, old)));
}

WEDGE_EXPORT int raise(int signal) noexcept {
  if (!controlled) return real_raise(signal);
  if (!is_valid(signal)) return static_cast<int>(by_errno(-EINVAL));
  deliver_to_self(signal);
  return 0;
}

WEDGE_EXPORT int kill(pid_t process, int signal) noexcept {
  return controlled ? static_cast<int>(by_errno(signal_process("kill", process, signal))) : real_kill(process, signal);
}

WEDGE_EXPORT int killpg(pid_t group, int signal) noexcept {
  if (!controlled || signal == 0) return real_killpg(group, signal);
  unsupported("killpg", "it signals other processes");
}

WEDGE_EXPORT int sigqueue(pid_t process, int signal, const union sigval value) noexcept {
  if (!controlled) return real_sigqueue(process, signal, value);
  if (signal == 0) return kill(process, 0);
  unsupported("sigqueue", "queued signals are not kept");
}

WEDGE_EXPORT int tgkill(pid_t process, pid_t thread, int signal) {
  if (!controlled) return real_tgkill(process, thread, signal);
  if (!is_valid(signal)) return static_cast<int>(by_errno(-EINVAL));
  const pid_t number = thread - virtual_pid();
  const bool known = process == virtual_pid() && number >= 0 && number < static_cast<pid_t>(scheduler.task_count) &&
                     scheduler.tasks[number]->state != model::TaskState::ended;
  if (!known) return static_cast<int>(by_errno(-ESRCH));
  if (signal == 0) return 0;
  if (scheduler.tasks[number] != scheduler.current)
    unsupported("tgkill", "a signal may interrupt the other thread between any two instructions");
  deliver_to_self(signal);
  return 0;
}

WEDGE_EXPORT int pthread_kill(pthread_t thread, int signal) noexcept {
  return controlled ? signal_thread("pthread_kill", thread, signal) : real_pthread_kill(thread, signal);
}

WEDGE_EXPORT int pthread_sigqueue(pthread_t thread, int signal, const union sigval value) noexcept {
  if (!controlled) return real_pthread_sigqueue(thread, signal, value);
  if (signal == 0) return signal_thread("pthread_sigqueue", thread, 0);
  unsupported("pthread_sigqueue", "queued signals are not kept");
}
