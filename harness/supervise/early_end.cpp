// Explains a start that failed.
#include "harness/supervise/early_end.h"

#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/supervise/control_map.h"
#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

constexpr int patience_ms = 2000;

std::string first_line_of(int file) {
  char text[512];
  const ssize_t got = pread(file, text, sizeof text, 0);
  const std::string all(text, got > 0 ? static_cast<std::size_t>(got) : 0);
  return all.substr(0, all.find('\n'));
}

std::string what_it_writes(LaunchSpec spec) {
  const int file = memfd_create("wedge-output", MFD_CLOEXEC);
  if (file < 0) return {};
  spec.show_output = false;
  spec.output_file = file;
  std::string words;
  try {
    const ControlMap control;
    const Launched process = launch(spec, control.file());
    pollfd end{process.socket, POLLIN, 0};
    poll(&end, 1, patience_ms);
    kill(process.pid, SIGKILL);
    waitpid(process.pid, nullptr, 0);
    close(process.socket);
    words = first_line_of(file);
  } catch (const EnvironmentError&) {
    // Then there is nothing to add to what is known.
  }
  close(file);
  return words;
}

}  // namespace

std::string words_for_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  }
  return "ended with status " + std::to_string(WEXITSTATUS(wait_status));
}

std::string explain_early_end(const LaunchSpec& spec, int wait_status, bool stood_still) {
  const std::string words = what_it_writes(spec);
  std::string text = spec.program;
  text += stood_still ? " did not come as far as main" : " " + words_for_status(wait_status) + " before main";
  if (!words.empty()) text += ", saying: " + words;
  return text + "; check that it starts without wedge and was linked dynamically against glibc";
}

}  // namespace wedge::supervise
