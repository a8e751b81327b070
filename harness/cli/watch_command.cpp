// `wedge watch`: any command, ended with a report if it hangs, and otherwise as if it had been run without wedge.
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/locate.h"
#include "harness/supervise/elf_check.h"
#include "harness/supervise/tree.h"
#include "harness/supervise/watch.h"

namespace wedge::cli {
namespace {

constexpr int exit_not_executable = 126;
constexpr int exit_not_found = 127;

// Ends this process as the command has ended, so that our caller sees the same.
int end_like(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return WEXITSTATUS(wait_status);
  const int signal = WTERMSIG(wait_status);
  // A core file, if one is wanted, is the command's and not ours.
  const rlimit nothing{};
  setrlimit(RLIMIT_CORE, &nothing);
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  sigaction(signal, &usual, nullptr);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  kill(getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  return 128 + signal;
}

}  // namespace

int watch_command(const WatchOptions& options) {
  supervise::WatchPlan plan;
  plan.command = options.command;
  plan.deadline = options.deadline;
  plan.idle = options.idle;
  plan.grace = options.grace;
  plan.out = options.out;
  plan.report = options.report;
  plan.probe = options.probe;
  if (options.cuda) {
    supervise::check_recordable(options.command.front());
    plan.cuda_recorder = locate_cuda_recorder();
  }
  try {
    const supervise::Watched watched = supervise::watch(plan);
    return watched.hung ? exit_deadline : end_like(watched.wait_status);
  } catch (const supervise::StartError& error) {
    std::fprintf(stderr, "wedge: cannot start %s\n", error.what());
    return error.error() == ENOENT || error.error() == ENOTDIR ? exit_not_found : exit_not_executable;
  }
}

}  // namespace wedge::cli
