// Runs the processes of the tests: one, or several at once.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <thread>

#include "scenarios/cause.h"
#include "scenarios/pool_exhaustion/program.h"

namespace pool_exhaustion {
namespace {

constexpr int most_threads = 2;  // more show nothing else

// Several processes, each with a device of its own.
void run_processes(const Switches& switches) {
  std::vector<pid_t> children;
  for (int i = 0; i < switches.processes; ++i) {
    const pid_t child = ::fork();
    if (child > 0) children.push_back(child);
    if (child != 0) continue;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    {
      const Device device(switches.queries_may_fail);
      TestProcess(switches, nullptr).run();
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    assert(status == 0);
  }
}

// Wedge controls one process: there each is a thread, with all that a process has for itself.
void run_threads(const Switches& switches) {
  const Device device(switches.queries_may_fail);
  StreamPool streams;
  StreamPool* shared = switches.streams == Switches::Streams::of_all_processes ? &streams : nullptr;
  std::vector<std::thread> others;
  for (int i = 1; i < std::min(switches.processes, most_threads); ++i)
    others.emplace_back([&] { TestProcess(switches, shared).run(); });
  TestProcess(switches, shared).run();
  for (std::thread& other : others) other.join();
}

}  // namespace

void run(const Switches& as_declared) {
  Switches switches = as_declared;
  if (scenarios::cause_is_removed()) switches.handle = Switches::Handle::unwrapped_by_query;
  // Of virtual time in which nothing happens; whoever has something to do needs a tenth.
  if (wedge::controlled()) wedge::deadline(30 * switches.watcher.poll_interval);
  const bool forks =
      switches.processes > 1 && !wedge::controlled() && switches.streams != Switches::Streams::of_all_processes;
  forks ? run_processes(switches) : run_threads(switches);
}

std::function<void()> with(const Switches& switches) {
  return [switches] { run(switches); };
}

}  // namespace pool_exhaustion
