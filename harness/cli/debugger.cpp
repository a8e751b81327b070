// gdb starts the program itself, so the request must lie ready before: direct mode.
#include "harness/cli/debugger.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/supervise/capture.h"
#include "harness/supervise/control_map.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/launch.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;

bool is_installed(const std::string& tool) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');)
    if (access((directory + "/" + tool).c_str(), X_OK) == 0) return true;
  return false;
}

void prepare(model::ControlBlock& control, const model::Trace& trace) {
  namespace flags = model::request_flags;
  std::ranges::copy(trace.choices, control.choices);
  const auto command = trace.choices.empty() ? model::Command::run : model::Command::replay;
  control.request = supervise::request_for(trace.recipe, command, trace.recipe.execution, 1);
  control.request.carrier = model::CarrierKind::thread;
  control.request.replay_choices = trace.choices.size();
  control.request.flags |= flags::direct | flags::stop_at_failure | flags::keep_output | flags::log_events;
}

// A copy that stays open in gdb, which leaves what it inherits to the program.
int inherited(int file) {
  const int copy = fcntl(file, F_DUPFD, 900);
  return copy >= 0 ? copy : dup(file);
}

}  // namespace

void debug(const model::Trace& trace, const std::string& runtime) {
  if (!is_installed("gdb")) throw EnvironmentError("--gdb needs gdb, which is not installed; install the package gdb");
  supervise::ControlMap control;
  prepare(*control, trace);
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw EnvironmentError("cannot make a socket pair");
  std::vector<std::string> command{"gdb", "-q"};
  const auto run = [&](const std::string& line) { command.insert(command.end(), {"-ex", line}); };
  run("set confirm off");
  run("set pagination off");
  run("set startup-with-shell off");
  run("set disable-randomization on");
  for (const std::string& variable :
       supervise::controlled_environment(runtime, inherited(sockets[1]), inherited(control.file()))) {
    if (!variable.starts_with("LD_PRELOAD=") && !variable.starts_with("WEDGE_")) continue;
    std::string line = "set environment " + variable;
    line.replace(line.find('='), 1, " = ");
    run(line);
  }
  run("set breakpoint pending on");
  run("break wedge_failure_reached");
  run("run");
  run("thread apply all backtrace");
  command.insert(command.end(), {"--args", trace.recipe.program});
  command.insert(command.end(), trace.recipe.arguments.begin(), trace.recipe.arguments.end());
  supervise::become(command);
}

}  // namespace wedge::cli
