// Speaks the protocol with one process and watches over it.
#include "harness/supervise/job.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/supervise/early_end.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/interrupt.h"

namespace wedge::supervise {
namespace {

constexpr std::chrono::seconds last_words{2};

// The number stands in memory that a crashing program may have overwritten: nothing else may be killed by it.
bool is_child_of(pid_t process, pid_t parent) {
  if (process <= 1) return false;
  std::ifstream status("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(status, text);
  const std::size_t name_end = text.rfind(')');
  int found = -1;
  return name_end != std::string::npos && std::sscanf(text.c_str() + name_end + 1, " %*c %d", &found) == 1 &&
         found == parent;
}

// Ctrl-C goes to all of us, and a process that it ends may be seen to end before our own handler has run.
bool interrupted_with(int status) {
  const bool may_be = WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM);
  for (int attempt = 0; may_be && !interrupted() && attempt < 100; ++attempt)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return interrupted();
}

// The socket of an ending process closes a little before the process can be waited for.
bool ends_soon(pid_t process, int& status) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (waitpid(process, &status, WNOHANG) == process) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace

Job::Job(const LaunchSpec& spec, std::chrono::milliseconds stuck, std::optional<FreeGuard> free)
    : spec_(spec),
      stuck_(stuck),
      process_(launch(spec, control_.file())),
      last_sign_of_life_(Clock::now()),
      free_(std::move(free)) {}

Job::~Job() {
  kill_worker(SIGKILL);
  if (process_.pid > 0) {
    kill(process_.pid, SIGKILL);
    waitpid(process_.pid, nullptr, 0);
  }
  close(process_.socket);
}

void Job::send(const model::Request& request) {
  control_->request = request;
  control_->result.written = 0;
  control_->seen_races = 0;
  // Estimates are taken from one request alone: what this process happened to run before must not show in them.
  control_->progress.longest = 0;
  control_->progress.most_tasks = 0;
  control_->progress.total_steps = 0;
  busy_ = true;
  guard_ = Guard::calm;
  condemned_ = -1;
  last_sign_of_life_ = Clock::now();
  // A process that is gone shows at the next take_answer, with the reason.
  [[maybe_unused]] const ssize_t sent = ::send(process_.socket, "g", 1, MSG_NOSIGNAL);
}

std::optional<Answer> Job::take_answer() {
  model::Reply reply{};
  const ssize_t got = recv(process_.socket, &reply, sizeof reply, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got != sizeof reply) explain_end();
  return convert(reply);
}

std::optional<Answer> Job::convert(const model::Reply& reply) {
  last_sign_of_life_ = Clock::now();
  if (reply.kind == model::ReplyKind::ready) {
    ready_ = true;
    return std::nullopt;
  }
  busy_ = false;
  const bool condemned = condemned_ > 0 && condemned_execution_ == reply.execution;
  Answer answer{AnswerKind::done, reply.execution, reply.wait_status, guard_ != Guard::calm || condemned};
  if (reply.kind == model::ReplyKind::stopped) answer.kind = AnswerKind::stopped;
  if (reply.kind == model::ReplyKind::refused) answer.kind = AnswerKind::refused;
  return answer;
}

void Job::guard(Clock::time_point now) {
  if (free_ && ready_) return guard_free();
  const std::uint64_t execution = control_->progress.execution;
  const std::uint64_t heartbeat = control_->progress.heartbeat;
  if (guard_ == Guard::calm && (execution != seen_execution_ || heartbeat != seen_heartbeat_)) {
    seen_execution_ = execution;
    seen_heartbeat_ = heartbeat;
    last_sign_of_life_ = now;
  }
  const auto silence = now - last_sign_of_life_;
  if (guard_ == Guard::calm && silence >= stuck_) {
    guard_ = Guard::asked;
    kill_worker(SIGUSR2);
    if (!ready_) explain_end();
  } else if (guard_ == Guard::asked && silence >= stuck_ + last_words) {
    guard_ = Guard::killed;
    kill_worker(SIGKILL);
  } else if (guard_ == Guard::killed && silence >= stuck_ + 3 * last_words) {
    explain_end();
  }
}

// Nothing if there is doubt about what runs: the next look will tell.
std::optional<Overdue> Job::overdue() const {
  const model::Progress& progress = (*control_).progress;
  const std::uint64_t began = progress.began_ns;
  const Overdue found{progress.worker_pid, progress.execution, 0, progress.deadline_ns != 0};
  const auto limit = static_cast<std::uint64_t>(std::chrono::nanoseconds(free_->hang_after).count());
  const std::uint64_t deadline = found.own_deadline ? progress.deadline_ns : began + limit;
  const auto now = static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
  if (began == 0 || now < deadline || now < began) return {};
  if (progress.began_ns != began || progress.execution != found.execution) return {};
  if (!is_child_of(found.process, process_.pid)) return {};
  return Overdue{found.process, found.execution, static_cast<double>(now - began) / 1e9, found.own_deadline};
}

void Job::guard_free() {
  if (condemned_ > 0) {
    // It cannot outlive SIGKILL for long; if the server does not say so, something is wrong with that.
    if (Clock::now() - last_sign_of_life_ >= 5 * last_words) explain_end();
    return;
  }
  const auto late = overdue();
  if (!late) return;
  free_->photograph(*late);
  // That took its time: it may have gone on and ended by itself meanwhile, and then it was slow and not hung.
  if (control_->progress.execution != late->execution || !is_child_of(late->process, process_.pid)) return;
  condemned_ = late->process;
  condemned_execution_ = late->execution;
  last_sign_of_life_ = Clock::now();
  kill(-late->process, SIGKILL);
  kill(late->process, SIGKILL);
}

void Job::kill_worker(int signal) {
  const pid_t worker = control_->progress.worker_pid;
  if (!is_child_of(worker, process_.pid)) return;
  if (free_) kill(-worker, signal);
  kill(worker, signal);
}

void Job::explain_end() {
  int status = 0;
  const bool running = !ends_soon(process_.pid, status);
  if (running) {
    kill(process_.pid, SIGKILL);
    waitpid(process_.pid, &status, 0);
  }
  process_.pid = -1;
  if (interrupted_with(status)) throw Interrupted();
  if (!ready_) throw EnvironmentError(explain_early_end(spec_, status, running));
  throw EnvironmentError("the process that starts the executions of " + spec_.program + " " +
                         (running ? std::string("does not answer any more") : words_for_status(status)) +
                         "; run again with --jobs 1, and report it if it stays");
}

std::optional<Arrival> wait_a_moment(std::span<Job* const> jobs, std::chrono::milliseconds moment) {
  if (interrupted()) throw Interrupted();
  std::vector<pollfd> files;
  for (Job* job : jobs) files.push_back({job == nullptr || !job->busy() ? -1 : job->socket(), POLLIN, 0});
  const int ready = poll(files.data(), files.size(), static_cast<int>(moment.count()));
  for (std::size_t i = 0; ready > 0 && i < files.size(); ++i) {
    if (files[i].revents == 0) continue;
    if (const auto answer = jobs[i]->take_answer()) return Arrival{i, *answer};
  }
  const auto now = Clock::now();
  for (Job* job : jobs)
    if (job != nullptr && job->busy()) job->guard(now);
  return std::nullopt;
}

}  // namespace wedge::supervise
