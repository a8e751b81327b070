// Lets a command receive exactly the signals it would receive if nobody stood between it and its caller.
//
// The command stays in our process group, so that the terminal reaches it by itself (Ctrl-C, Ctrl-Z, a hangup, a new
// window size), and so does whoever signals the whole group. A signal that was sent to us alone was meant for the
// command and is passed on. The two look the same to a process that receives them; so a small second child of ours, the
// witness, sits in the group too: what reached it was sent to the group.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/types.h>

namespace wedge::supervise {

using SignalCounts = std::array<std::uint32_t, 65>;  // by signal number

class SignalRelay {
 public:
  using Clock = std::chrono::steady_clock;

  // From now on every signal to this process waits for pass_on(). Throws EnvironmentError.
  SignalRelay();
  ~SignalRelay();
  SignalRelay(const SignalRelay&) = delete;
  SignalRelay& operator=(const SignalRelay&) = delete;

  // Readable when there is something for pass_on().
  int file() const { return signals_; }
  pid_t witness() const { return witness_; }

  // In the forked child before exec: signals as this process found them.
  void restore() const;

  // Gives to `command` what was meant for it. If the command was stopped from the terminal this process stops too, so
  // that the shell notices, and returns when it goes on. True if a child has ended or changed.
  bool pass_on(pid_t command);

  // How long this process stood stopped together with the command.
  Clock::duration stopped() const { return stopped_; }

 private:
  static void finish_group_signals();
  SignalCounts seen_by_witness() const;
  bool read_arrived(std::vector<signalfd_siginfo>& arrived, bool& child_changed) const;
  void forward(pid_t command, const signalfd_siginfo& signal) const;
  void stop_with(pid_t command);

  sigset_t found_mask_{};
  struct sigaction found_child_action_ {};
  int signals_ = -1;
  int witness_socket_ = -1;
  pid_t witness_ = -1;
  Clock::duration stopped_{0};
};

}  // namespace wedge::supervise
