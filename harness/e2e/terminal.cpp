// A child with a terminal of its own, made by forkpty.
#include "harness/e2e/terminal.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wedge::e2e {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds guard{60};  // far beyond what anything here takes
constexpr int look_ms = 50;

}  // namespace

Terminal::Terminal(const Words& words, const Variables& extra) {
  pid_ = forkpty(&file_, nullptr, nullptr, nullptr);
  if (pid_ < 0) throw std::runtime_error("cannot make a terminal");
  if (pid_ > 0) return;
  // As at a login; whoever started the tests may have had some ignored, as nohup does.
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  setenv("TERM", "dumb", 1);
  for (const auto& [name, value] : extra) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  execvp(pointers.front(), pointers.data());
  _exit(127);
}

Terminal::~Terminal() {
  if (file_ >= 0) hang_up();
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Terminal::hang_up() {
  close(file_);
  file_ = -1;
}

void Terminal::type(const std::string& keys) {
  if (write(file_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("cannot type");
}

bool Terminal::read_more(int patience_ms) {
  pollfd ready{file_, POLLIN, 0};
  if (poll(&ready, 1, patience_ms) != 1) return false;
  char text[4096];
  const ssize_t got = read(file_, text, sizeof text);
  if (got <= 0) return false;
  screen_.append(text, static_cast<std::size_t>(got));
  return true;
}

bool Terminal::shows(const std::string& text) {
  const auto end = Clock::now() + guard;
  for (;;) {
    const std::size_t at = screen_.find(text, found_);
    if (at != std::string::npos) {
      found_ = at + text.size();
      return true;
    }
    if (Clock::now() >= end) return false;
    read_more(look_ms);
  }
}

int Terminal::ended() {
  const auto end = Clock::now() + guard;
  int status = 0;
  while (Clock::now() < end) {
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      while (read_more(0)) {
      }
      pid_ = -1;
      return status;
    }
    read_more(look_ms);
  }
  return -1;
}

}  // namespace wedge::e2e
