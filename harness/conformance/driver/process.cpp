// Starts commands in a process group of their own, so that a hung one can be killed with its children.
#include "harness/conformance/driver/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace conformance {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  setpgid(0, 0);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  dprintf(STDERR_FILENO, "cannot start %s: %s\n", arguments[0], std::strerror(errno));
  _exit(127);
}

// Reads until the end of file or the deadline; true at the end of file.
bool read_all(int input, Clock::time_point deadline, std::string& text) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{input, POLLIN, 0};
    if (left <= 0) return false;
    if (poll(&entry, 1, static_cast<int>(left)) <= 0) continue;
    std::array<char, 65536> block;
    const ssize_t count = read(input, block.data(), block.size());
    if (count <= 0) return true;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Finished run_command(const std::vector<std::string>& command, std::chrono::seconds patience) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become(command, ends[1]);
  setpgid(child, child);
  close(ends[1]);
  Finished finished;
  finished.out_of_time = !read_all(ends[0], Clock::now() + patience, finished.output);
  close(ends[0]);
  if (finished.out_of_time) kill(-child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

std::string to_shell(const std::vector<std::string>& command) {
  std::string text;
  for (const auto& argument : command) {
    if (!text.empty()) text += ' ';
    const bool is_plain = argument.find_first_of(" '\"$*?&|;<>()") == std::string::npos;
    text += is_plain ? argument : '\'' + argument + '\'';
  }
  return text;
}

}  // namespace conformance
