// A thread that waits for copies from the device and brings what has come to where it belongs.
//
// Whoever has enqueued a copy into a pinned buffer submits a task: an event behind the copy, the buffer, and how to
// deliver it. The watcher polls the events, delivers, and gives the buffers back to their pool; wait_all() sleeps and
// looks until the count of tasks is zero. Any thread may submit and wait.
//
// Rules has what is wrong with it, as it was found, and what may be done about each: by default an error ends the
// thread, the task that it had taken is never counted down, a wait has no limit, and only a submit starts a new thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/buffer_pool.h"
#include "primitives/gpu_event.h"

namespace primitives {

struct Writeback {
  std::shared_ptr<const GpuEvent> event;  // null: there is nothing to wait for, as where the device is emulated
  PinnedBuffer* buffer = nullptr;
  std::function<void(const PinnedBuffer&)> deliver;
};

struct WaitTimedOut : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct WatcherDied : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct WatcherRules {
  // What comes of an error in a task.
  enum class Errors {
    end_the_thread,  // and nothing else: neither task nor buffer is given back
    are_counted_and_end_the_thread,
    fail_the_task,                 // it is counted down, its buffer given back, and the thread goes on
    fail_the_task_after_its_copy,  // the same, once nobody writes into the buffer any more
  };
  enum class CountsDown { after_release, before_release };
  enum class Start { unsynchronised, under_lock, never };
  // A new thread clears the flag that tells to stop: for itself, or for those that were told before it, too.
  enum class StopFlag { of_all_threads, of_each_thread };

  std::chrono::microseconds poll_interval{100};
  std::optional<std::chrono::milliseconds> join_limit{1000};  // of shutdown(); none: for ever
  std::function<bool(const GpuEvent&)> is_complete = &GpuEvent::query;
  Errors errors = Errors::end_the_thread;
  CountsDown counts_down = CountsDown::after_release;
  Start start = Start::unsynchronised;
  StopFlag stop_flag = StopFlag::of_all_threads;
  std::function<void(const std::string&)> log = {};  // where an error that ends a thread is written
};

class WritebackWatcher {
 public:
  explicit WritebackWatcher(BufferPool& pool, WatcherRules rules = {});
  ~WritebackWatcher() { stop_and_join(); }
  WritebackWatcher(const WritebackWatcher&) = delete;
  WritebackWatcher& operator=(const WritebackWatcher&) = delete;

  // Counts it, queues it, and starts a thread unless one is alive.
  void submit(Writeback task);
  void start();
  // Tells the thread to stop, and forgets it when it has ended or the limit has passed. It ends when all tasks that it
  // can find are done.
  void shutdown();
  // Every thread that was ever started is told to stop, and waited for. Requires: nobody starts one meanwhile.
  void stop_and_join();

  // Until all tasks are done. Throws WaitTimedOut.
  void wait_all(std::optional<std::chrono::nanoseconds> limit = std::nullopt);
  // The same, but throws WatcherDied if tasks are left and no thread is alive.
  void wait_all_while_alive();

  std::uint32_t failed() const { return failed_; }
  std::uint32_t threads_alive() const { return alive_; }
  std::uint32_t most_alive() const { return most_alive_; }
  // For reports. Requires: no other thread uses the watcher, as when all are blocked for ever.
  // "the watcher has died of bad any_cast; 4 of 4 writebacks outstanding, 2 of them taken from the queue and 2 in it"
  std::string describe_at_rest() const;

  // For tests that want a count without tasks.
  void count_up();

 private:
  using Tasks = std::list<Writeback>;  // they change hands, and never move

  // A thread, and whether it has ended.
  struct Poller {
    std::thread thread;
    std::mutex mutex;
    std::condition_variable ended_changed;
    bool ended = false;
    std::atomic<bool> stop{false};

    bool is_alive();
    void end();
    // False: not within the limit.
    bool wait_for_end(std::optional<std::chrono::nanoseconds> limit);
  };

  std::shared_ptr<Poller> current();
  void start_unless_alive();
  void live(Poller& self);
  void poll(const Poller& self);
  void sweep(Tasks& mine);
  // Whether the task is done.
  bool process(const Writeback& task);
  void finish(const Writeback& task);
  void count_down();
  Tasks take();  // one, or none
  bool must_stop(const Poller& self) const;
  bool is_done();

  BufferPool& pool_;
  const WatcherRules rules_;

  std::mutex count_mutex_;
  std::uint32_t pending_ = 0;
  std::uint32_t submitted_ = 0;
  std::mutex queue_mutex_;
  Tasks queue_;
  std::atomic<bool> stop_{false};

  std::mutex start_mutex_;   // taken by one of the rules only
  std::mutex handle_mutex_;  // guards the three below, each access by itself
  std::shared_ptr<Poller> current_;
  std::vector<std::shared_ptr<Poller>> all_;
  std::vector<std::string> deaths_;  // what they died of

  std::atomic<std::uint32_t> failed_{0};
  std::atomic<std::uint32_t> alive_{0};
  std::atomic<std::uint32_t> most_alive_{0};
};

}  // namespace primitives
