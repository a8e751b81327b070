// How the watcher polls, when it starts and ends, and what becomes of a task that fails.
#include "primitives/writeback_watcher.h"

namespace primitives {

using Clock = std::chrono::steady_clock;

// Tasks
// ---------------------------------------------------------------------------------------------------------------------

WritebackWatcher::WritebackWatcher(BufferPool& pool, WatcherRules rules) : pool_(pool), rules_(std::move(rules)) {}

void WritebackWatcher::submit(Writeback task) {
  count_up();
  Tasks one;
  one.push_back(std::move(task));
  {
    const std::lock_guard lock(queue_mutex_);
    queue_.splice(queue_.end(), one);
  }
  start();
}

void WritebackWatcher::count_up() {
  const std::lock_guard lock(count_mutex_);
  ++pending_;
  ++submitted_;
}

void WritebackWatcher::count_down() {
  const std::lock_guard lock(count_mutex_);
  --pending_;
}

WritebackWatcher::Tasks WritebackWatcher::take() {
  Tasks one;
  const std::lock_guard lock(queue_mutex_);
  if (!queue_.empty()) one.splice(one.begin(), queue_, queue_.begin());
  return one;
}

void WritebackWatcher::finish(const Writeback& task) {
  if (rules_.counts_down == WatcherRules::CountsDown::before_release) count_down();
  pool_.release(*task.buffer);
  if (rules_.counts_down == WatcherRules::CountsDown::after_release) count_down();
}

bool WritebackWatcher::process(const Writeback& task) {
  using Errors = WatcherRules::Errors;
  try {
    if (task.event != nullptr && !rules_.is_complete(*task.event)) return false;
    task.deliver(*task.buffer);
  } catch (const std::exception& error) {
    if (rules_.errors == Errors::end_the_thread) throw;
    ++failed_;
    if (rules_.errors == Errors::fail_the_task_after_its_copy && task.event != nullptr) task.event->synchronize();
    finish(task);
    if (rules_.errors == Errors::are_counted_and_end_the_thread) throw;
    if (rules_.log) rules_.log(std::string("a writeback has failed: ") + error.what());
    return true;
  }
  finish(task);
  return true;
}

// The thread
// ---------------------------------------------------------------------------------------------------------------------

void WritebackWatcher::sweep(Tasks& mine) {
  std::erase_if(mine, [this](const Writeback& task) { return process(task); });
}

bool WritebackWatcher::must_stop(const Poller& self) const {
  return rules_.stop_flag == WatcherRules::StopFlag::of_all_threads ? stop_ : self.stop;
}

void WritebackWatcher::poll(const Poller& self) {
  Tasks mine;
  while (!must_stop(self)) {
    sweep(mine);
    Tasks taken = take();
    sweep(taken);
    mine.splice(mine.end(), taken);
    std::this_thread::sleep_for(rules_.poll_interval);
  }
  for (Tasks taken = take(); !taken.empty(); taken = take()) mine.splice(mine.end(), taken);
  for (sweep(mine); !mine.empty(); sweep(mine)) std::this_thread::sleep_for(rules_.poll_interval);
}

// What a runtime does with an error that nobody catches: it is written somewhere, and the thread is gone.
void WritebackWatcher::live(Poller& self) {
  try {
    poll(self);
  } catch (const std::exception& error) {
    if (rules_.log) rules_.log(std::string("exception in thread watcher: ") + error.what());
    const std::lock_guard lock(handle_mutex_);
    deaths_.emplace_back(error.what());
  }
  --alive_;
  self.end();
}

bool WritebackWatcher::Poller::is_alive() {
  const std::lock_guard lock(mutex);
  return !ended;
}

void WritebackWatcher::Poller::end() {
  const std::lock_guard lock(mutex);
  ended = true;
  ended_changed.notify_all();
}

bool WritebackWatcher::Poller::wait_for_end(std::optional<std::chrono::nanoseconds> limit) {
  std::unique_lock lock(mutex);
  if (limit) return ended_changed.wait_for(lock, *limit, [this] { return ended; });
  ended_changed.wait(lock, [this] { return ended; });
  return true;
}

// Start and end
// ---------------------------------------------------------------------------------------------------------------------

std::shared_ptr<WritebackWatcher::Poller> WritebackWatcher::current() {
  const std::lock_guard lock(handle_mutex_);
  return current_;
}

void WritebackWatcher::start() {
  if (rules_.start == WatcherRules::Start::never) return;
  std::unique_lock lock(start_mutex_, std::defer_lock);
  if (rules_.start == WatcherRules::Start::under_lock) lock.lock();
  start_unless_alive();
}

void WritebackWatcher::start_unless_alive() {
  if (const auto thread = current(); thread != nullptr && thread->is_alive()) return;
  stop_ = false;
  const auto made = std::make_shared<Poller>();
  const std::uint32_t alive = ++alive_;
  std::uint32_t most = most_alive_;
  while (alive > most && !most_alive_.compare_exchange_weak(most, alive)) {
  }
  made->thread = std::thread([this, &self = *made] { live(self); });
  const std::lock_guard lock(handle_mutex_);
  current_ = made;
  all_.push_back(made);
}

void WritebackWatcher::shutdown() {
  const auto thread = current();
  stop_ = true;
  if (thread == nullptr) return;
  thread->stop = true;
  thread->wait_for_end(rules_.join_limit);
  const std::lock_guard lock(handle_mutex_);
  current_ = nullptr;
}

void WritebackWatcher::stop_and_join() {
  stop_ = true;
  std::vector<std::shared_ptr<Poller>> all;
  {
    const std::lock_guard lock(handle_mutex_);
    all = all_;
    current_ = nullptr;
  }
  for (const auto& poller : all) poller->stop = true;
  for (const auto& poller : all)
    if (poller->thread.joinable()) poller->thread.join();
}

// Waiting
// ---------------------------------------------------------------------------------------------------------------------

bool WritebackWatcher::is_done() {
  const std::lock_guard lock(count_mutex_);
  return pending_ == 0;
}

void WritebackWatcher::wait_all(std::optional<std::chrono::nanoseconds> limit) {
  const Clock::time_point start = Clock::now();
  while (!is_done()) {
    if (limit && Clock::now() - start >= *limit) throw WaitTimedOut("writebacks are outstanding");
    std::this_thread::sleep_for(rules_.poll_interval);
  }
}

void WritebackWatcher::wait_all_while_alive() {
  while (!is_done()) {
    if (alive_ == 0 && !is_done()) throw WatcherDied("writebacks are outstanding, and the watcher has died");
    std::this_thread::sleep_for(rules_.poll_interval);
  }
}

}  // namespace primitives
