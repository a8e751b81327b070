// A signalfd, and a witness that tells signals to the group from signals to us.
#include "harness/supervise/signal_relay.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/supervise/errors.h"
#include "harness/supervise/process_table.h"

namespace wedge::supervise {
namespace {

constexpr int patience_with_witness_ms = 1000;

// Answers each byte with how many of each signal have arrived since the last; everything is blocked in it already.
[[noreturn]] void testify(int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "wedge-witness");
  if (socket > 3) close_range(0, static_cast<unsigned>(socket) - 1, 0);
  close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
  sigset_t all;
  sigfillset(&all);
  char question = 0;
  while (read(socket, &question, 1) == 1) {
    SignalCounts arrived{};
    const timespec at_once{};
    for (int signal = 0; (signal = sigtimedwait(&all, nullptr, &at_once)) > 0;)
      ++arrived.at(static_cast<std::size_t>(signal));
    if (write(socket, &arrived, sizeof arrived) != sizeof arrived) break;
  }
  _exit(0);
}

// The terminal can stop and continue us: there is one, and a shell outside our group to do it.
bool has_job_control() {
  const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return false;
  close(terminal);
  // The members of a group are mostly a line from parent to child; its first has the shell for a parent.
  const pid_t parent = getppid();
  return parent > 1 && getsid(parent) == getsid(0);
}

}  // namespace

SignalRelay::SignalRelay() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &found_mask_);
  // Who is started with SIGCHLD ignored could not wait for the command.
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, &found_child_action_);
  std::array<int, 2> sockets{};
  signals_ = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw EnvironmentError(std::string("cannot set up the passing on of signals: ") + std::strerror(errno));
  witness_ = fork();
  if (witness_ == 0) testify(sockets[1]);
  close(sockets[1]);
  witness_socket_ = sockets[0];
}

SignalRelay::~SignalRelay() {
  close(witness_socket_);
  if (witness_ > 0) {
    kill(witness_, SIGKILL);
    waitpid(witness_, nullptr, 0);
  }
  close(signals_);
}

void SignalRelay::restore() const {
  sigaction(SIGCHLD, &found_child_action_, nullptr);
  sigprocmask(SIG_SETMASK, &found_mask_, nullptr);
}

// Signalling a group and changing one exclude each other in the kernel: after this call a signal to the group that has
// reached one of us two has reached the other as well.
void SignalRelay::finish_group_signals() { setpgid(0, getpgrp()); }

SignalCounts SignalRelay::seen_by_witness() const {
  finish_group_signals();
  if (witness_ <= 0) return {};
  const auto now = process_entry(witness_);
  const bool stopped = !now.empty() && now.front().state == 'T';
  if (stopped) kill(witness_, SIGCONT);
  SignalCounts arrived{};
  pollfd answer{witness_socket_, POLLIN, 0};
  const bool known = send(witness_socket_, "?", 1, MSG_NOSIGNAL) == 1 &&
                     poll(&answer, 1, patience_with_witness_ms) == 1 &&
                     recv(witness_socket_, &arrived, sizeof arrived, 0) == sizeof arrived;
  finish_group_signals();
  if (!known) return {};
  if (stopped) arrived[SIGCONT] = 0;
  return arrived;
}

void SignalRelay::forward(pid_t command, const signalfd_siginfo& signal) const {
  if (signal.ssi_code == SI_QUEUE)
    sigqueue(command, static_cast<int>(signal.ssi_signo),
             sigval{.sival_ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(signal.ssi_ptr))});
  else
    kill(command, static_cast<int>(signal.ssi_signo));
}

// False: nothing has arrived.
bool SignalRelay::read_arrived(std::vector<signalfd_siginfo>& arrived, bool& child_changed) const {
  const std::size_t before = arrived.size();
  signalfd_siginfo one{};
  while (read(signals_, &one, sizeof one) == sizeof one) {
    if (one.ssi_signo == SIGCHLD && one.ssi_code != SI_USER && one.ssi_code != SI_QUEUE)
      child_changed = true;
    else
      arrived.push_back(one);
  }
  return arrived.size() > before;
}

bool SignalRelay::pass_on(pid_t command) {
  std::vector<signalfd_siginfo> arrived;
  SignalCounts to_the_group{};
  bool child_changed = false;
  // Until both have seen the same: what comes while the witness is asked may have reached it and not yet been read
  // here.
  while (read_arrived(arrived, child_changed)) {
    const SignalCounts seen = seen_by_witness();
    for (std::size_t signal = 0; signal < seen.size(); ++signal) to_the_group[signal] += seen[signal];
  }
  // From the terminal, too, some come to the group (Ctrl-C) and some to us alone (a hangup, if we lead the session).
  for (const signalfd_siginfo& signal : arrived) {
    std::uint32_t& group = to_the_group.at(signal.ssi_signo);
    if (group == 0) forward(command, signal);
    // Of an ordinary signal several may have become one in the witness; real-time signals are queued and counted.
    else if (static_cast<int>(signal.ssi_signo) >= SIGRTMIN)
      --group;
  }
  if (child_changed) stop_with(command);
  return child_changed;
}

void SignalRelay::stop_with(pid_t command) {
  siginfo_t change{};
  if (waitid(P_PID, static_cast<id_t>(command), &change, WSTOPPED | WNOHANG) != 0 || change.si_pid != command) return;
  if (!has_job_control()) return;
  const int signal = change.si_status;
  const auto since = Clock::now();
  struct sigaction usual = {};
  struct sigaction found = {};
  usual.sa_handler = SIG_DFL;
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  sigaction(signal, &usual, &found);
  // Raised while it is blocked it becomes one with the one from the terminal that may be waiting here.
  kill(getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  sigprocmask(SIG_BLOCK, &only, nullptr);
  sigaction(signal, &found, nullptr);
  stopped_ += Clock::now() - since;
}

}  // namespace wedge::supervise
