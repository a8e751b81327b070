// One process of the program under test, held at its start, that executes what it is asked to: the supervisor's half of
// the protocol in control_block.h. Everything here is called from one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "harness/model/control_block.h"
#include "harness/supervise/control_map.h"
#include "harness/supervise/launch.h"

namespace wedge::supervise {

using Clock = std::chrono::steady_clock;

enum class AnswerKind { done, stopped, refused };

struct Answer {
  AnswerKind kind = AnswerKind::done;
  std::uint64_t execution = 0;
  int wait_status = 0;
  bool guard_fired = false;  // the execution made no step for too long and was ended from outside
};

// An execution on the free rung that has not ended in time, while its process still stands there.
struct Overdue {
  pid_t process = -1;
  std::uint64_t execution = 0;
  double elapsed_s = 0;
  bool own_deadline = false;  // the scenario set it, and not --hang-after
};

// The free rung: time is real. `photograph` is called before the process is ended.
struct FreeGuard {
  std::chrono::milliseconds hang_after{10000};
  std::function<void(const Overdue&)> photograph = [](const Overdue&) {};
};

class Job {
 public:
  // Starts the process; it need not be ready yet. Throws EnvironmentError.
  // `stuck`: without a single step, an execution is ended after so long. With `free` it is ended when it is overdue.
  Job(const LaunchSpec& spec, std::chrono::milliseconds stuck, std::optional<FreeGuard> free = {});
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Requires: the job is not busy. May be called before the process is ready.
  void send(const model::Request& request);
  bool busy() const { return busy_; }

  model::ControlBlock& control() { return *control_; }
  int socket() const { return process_.socket; }

  // Takes what has arrived, if anything. Throws EnvironmentError if the process is gone.
  std::optional<Answer> take_answer();

  // Ends an execution that makes no steps any more: first asks the runtime to say where it stands, then kills.
  void guard(Clock::time_point now);

 private:
  std::optional<Answer> convert(const model::Reply& reply);
  [[noreturn]] void explain_end();
  void kill_worker(int signal);
  std::optional<Overdue> overdue() const;
  void guard_free();

  LaunchSpec spec_;
  std::chrono::milliseconds stuck_;
  ControlMap control_;
  Launched process_;
  bool ready_ = false;
  bool busy_ = false;
  std::uint64_t seen_execution_ = 0;
  std::uint64_t seen_heartbeat_ = 0;
  Clock::time_point last_sign_of_life_;
  enum class Guard { calm, asked, killed } guard_ = Guard::calm;
  std::optional<FreeGuard> free_;
  pid_t condemned_ = -1;  // free rung: the process that was ended for being overdue
  std::uint64_t condemned_execution_ = 0;
};

// Waits until one of the busy jobs has an answer. Calls `idle` now and then, and runs the guards.
// Throws Interrupted after Ctrl-C and EnvironmentError if a process is gone.
struct Arrival {
  std::size_t job;
  Answer answer;
};
template <typename Idle>
Arrival wait_any(std::span<Job* const> jobs, Idle&& idle);

// One round of the above: nothing if no answer came within a moment.
std::optional<Arrival> wait_a_moment(std::span<Job* const> jobs,
                                     std::chrono::milliseconds moment = std::chrono::milliseconds(100));

template <typename Idle>
Arrival wait_any(std::span<Job* const> jobs, Idle&& idle) {
  for (;;) {
    if (const auto arrival = wait_a_moment(jobs)) return *arrival;
    idle();
  }
}

}  // namespace wedge::supervise
