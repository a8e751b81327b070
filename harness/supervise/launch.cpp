// fork and exec, with everything that could make two starts differ pinned down.
#include "harness/supervise/launch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/model/control_block.h"
#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

// The program's own descriptors must get the numbers they always get, so ours go where it never looks.
constexpr int first_high_file = 900;

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

// The environment lies above the stack, so its size would shift every address on the main thread's stack between two
// shells; programs that compare or hash pointers would then not replay. Rounded up it hardly ever does.
void pad(std::vector<std::string>& environment) {
  constexpr std::size_t unit = 65536;
  const std::string name = "WEDGE_PADDING=";
  std::size_t size = name.size() + 1 + sizeof(char*);
  for (const std::string& variable : environment) size += variable.size() + 1 + sizeof(char*);
  environment.push_back(name + std::string(unit - size % unit, '-'));
}

int move_up(int file) {
  int moved = fcntl(file, F_DUPFD, first_high_file);
  if (moved < 0) moved = fcntl(file, F_DUPFD, 100);
  if (moved < 0) moved = fcntl(file, F_DUPFD, 3);
  return moved;
}

// Nothing the supervisor or its caller has open may reach the program: it would shift the numbers of its descriptors.
void redirect(const LaunchSpec& spec) {
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, 0);
  if (spec.show_output) return;
  const int output = spec.output_file >= 0 ? spec.output_file : nothing;
  dup2(output, 1);
  dup2(output, 2);
}

void undo_signal_state() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
}

// Only in the forked child; reports through `errors` and never returns.
[[noreturn]] void start(const LaunchSpec& spec, int socket, int control_file, int errors, pid_t supervisor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != supervisor) _exit(127);
  undo_signal_state();
  personality(static_cast<unsigned long>(personality(0xffffffff)) | ADDR_NO_RANDOMIZE);
  redirect(spec);
  const auto environment = controlled_environment(spec.runtime, move_up(socket), move_up(control_file));
  std::vector<std::string> arguments{spec.program};
  arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
  execve(spec.program.c_str(), pointers(arguments).data(), pointers(environment).data());
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(errors, &error, sizeof error);
  _exit(127);
}

// An empty pipe that closes means that exec has succeeded.
int exec_error(int errors) {
  int error = 0;
  ssize_t got = 0;
  do got = read(errors, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

}  // namespace

std::vector<std::string> controlled_environment(const std::string& runtime, int socket, int control_file) {
  std::vector<std::string> result;
  std::string preload = "LD_PRELOAD=" + runtime;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (variable.starts_with("LD_PRELOAD="))
      preload += ":" + std::string(variable.substr(11));
    else if (!variable.starts_with("WEDGE_CONTROL=") && !variable.starts_with("WEDGE_PADDING="))
      result.emplace_back(variable);
  }
  result.push_back(preload);
  result.push_back(std::string(model::control_environment) + "=" + std::to_string(socket) + "," +
                   std::to_string(control_file));
  pad(result);
  return result;
}

Launched launch(const LaunchSpec& spec, int control_file) {
  std::array<int, 2> sockets{};
  std::array<int, 2> errors{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0 ||
      pipe2(errors.data(), O_CLOEXEC) != 0)
    throw EnvironmentError(std::string("cannot make a socket pair: ") + std::strerror(errno));
  const pid_t supervisor = getpid();
  const pid_t child = fork();
  if (child == 0) start(spec, sockets[1], control_file, errors[1], supervisor);
  const int fork_error = errno;
  close(sockets[1]);
  close(errors[1]);
  const int error = child < 0 ? fork_error : exec_error(errors[0]);
  close(errors[0]);
  if (child > 0 && error == 0) return {child, sockets[0]};
  close(sockets[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  throw EnvironmentError("cannot start " + spec.program + ": " + std::strerror(error));
}

void become(const std::vector<std::string>& command) {
  undo_signal_state();
  execvp(command.front().c_str(), pointers(command).data());
  throw EnvironmentError("cannot start " + command.front() + ": " + std::strerror(errno));
}

}  // namespace wedge::supervise
