// What else is wrong with how the watcher's thread is started and stopped: it may be there twice, and it may outlive
// the buffers. None of it caused the hang; each has a scenario here.
//   Source    ccam80/cubie 7c73e7c4, writeback_watcher.py: start() and shutdown(); the solver's reset()
//   Symptom   two threads that take from one queue, one of which nobody can stop any more; or freed memory that is read
//   Left out  the device: these tasks have no event, as in the original's own tests
//
//   resurrected-watcher
//   main                                             first watcher
//                                                    1  delivers: takes longer than a second
//   2  shutdown(): sets the stop flag, joins for a
//      second, forgets the thread
//   3  start(), for the next test: clears the flag,
//      starts a second watcher
//                                                    4  is done, looks at the flag: goes on polling
//
//   unsynchronised-start
//   main                                             another producer
//   1  start(): no thread is there
//                                                    2  start(): no thread is there
//   3  starts one                                    4  starts one, and overwrites the handle of the other
//
//   cleared-pool
//   main                                             watcher
//                                                    1  takes a task
//   2  reset(): clears the pool
//                                                    3  reads from the buffer: its memory is gone
//   4  shutdown()
#include <algorithm>
#include <cassert>
#include <thread>

#include "scenarios/cause.h"
#include "scenarios/pool_exhaustion/program.h"

namespace {

using pool_exhaustion::BufferPool;
using pool_exhaustion::Device;
using pool_exhaustion::PinnedBuffer;
using pool_exhaustion::WatcherRules;
using pool_exhaustion::WritebackWatcher;
using wedge::Outcome;
using namespace std::chrono_literals;
using Clear = BufferPool::Clear;
using Start = WatcherRules::Start;
using StopFlag = WatcherRules::StopFlag;

constexpr int runs = 3;

// A process with a pool and a watcher, and tasks without events.
struct Parts {
  explicit Parts(const WatcherRules& rules, Clear clear = Clear::spares_used_buffers)
      : device(false), pool(BufferPool::unbounded, clear), watcher(pool, rules) {}

  void submit(std::chrono::milliseconds takes = 0ms) {
    PinnedBuffer& buffer = pool.acquire("states", runs * sizeof(int));
    std::fill_n(static_cast<int*>(buffer.data), runs, 1);
    watcher.submit({nullptr, &buffer, [this, takes](const PinnedBuffer& filled) {
                      if (takes > 0ms) std::this_thread::sleep_for(takes);
                      sum += *static_cast<const int*>(filled.data);
                    }});
  }
  std::string explain() const {
    return "at most " + std::to_string(watcher.most_alive()) + " watchers have polled one queue; " +
           watcher.describe_at_rest();
  }

  Device device;
  BufferPool pool;
  std::atomic<int> sum{0};
  WritebackWatcher watcher;
};

// Two tests, the first of which shuts down while a delivery takes its time.
void resurrect(WatcherRules rules) {
  const int part = wedge::controlled() ? 1 : 10;  // of times that are real
  rules.poll_interval = 100ms / part;             // so that seconds are cheap
  if (rules.join_limit) *rules.join_limit /= part;
  if (scenarios::cause_is_removed()) rules.stop_flag = StopFlag::of_each_thread;
  if (wedge::controlled()) wedge::deadline(5s);
  Parts parts(rules);
  wedge::Obligation ends("the watcher that was told to stop ends", [&] { return parts.explain(); });
  parts.submit(1500ms / part);
  std::this_thread::sleep_for(500ms / part);  // the watcher has begun to deliver
  parts.watcher.shutdown();
  parts.submit();
  parts.watcher.wait_all();
  while (parts.watcher.threads_alive() > 1) std::this_thread::sleep_for(rules.poll_interval);
  ends.fulfil();
  assert(parts.sum == 2);
}

void start_twice(WatcherRules rules) {
  if (scenarios::cause_is_removed()) rules.start = Start::under_lock;
  Parts parts(rules);
  wedge::Obligation one("one watcher at a time takes from the queue", [&] { return parts.explain(); });
  std::thread other([&] { parts.submit(); });
  parts.submit();
  other.join();
  parts.watcher.wait_all();
  if (parts.watcher.most_alive() == 1) one.fulfil();
  assert(parts.sum == 2);
}

enum class Reset { clears_the_pool_first, stops_the_watcher_first };

void reset(Reset order, const WatcherRules& rules, Clear clear) {
  if (scenarios::cause_is_removed()) clear = Clear::spares_used_buffers;
  Parts parts(rules, clear);
  parts.submit();
  if (order == Reset::stops_the_watcher_first) parts.watcher.shutdown();
  parts.pool.clear();
  parts.watcher.shutdown();
}

const wedge::Expectation goes_on = wedge::expect(Outcome::deadline, "2 watchers are alive and poll");
const wedge::Expectation two_watchers =
    wedge::expect(Outcome::unmet_obligation, "at most 2 watchers have polled one queue");
const wedge::Expectation passes = wedge::expect(Outcome::pass);
const wedge::Expectation freed_memory_is_read = wedge::expect(Outcome::misuse, "use after free").with_race();

const wedge::Scenario resurrected_watcher{
    .id = "pool-exhaustion/resurrected-watcher",
    .title = "a watcher that was told to stop is told otherwise",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", [] { resurrect({}); }, goes_on},
            {"fix/start-under-lock", [] { resurrect({.start = Start::under_lock}); }, goes_on},
            {"fix/join-30-seconds", [] { resurrect({.join_limit = pool_exhaustion::thirty_seconds}); }, goes_on},
            {"fix/join-without-limit", [] { resurrect({.join_limit = std::nullopt}); }, passes},
            {"fix/stop-flag-of-each-thread", [] { resurrect({.stop_flag = StopFlag::of_each_thread}); }, passes},
        },
};
const wedge::Registration resurrected_registration(resurrected_watcher);

const wedge::Scenario unsynchronised_start{
    .id = "pool-exhaustion/unsynchronised-start",
    .title = "two producers start two watchers",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", [] { start_twice({}); }, two_watchers},
            {"fix/stop-flag-of-each-thread", [] { start_twice({.stop_flag = StopFlag::of_each_thread}); },
             two_watchers},
            {"fix/start-under-lock", [] { start_twice({.start = Start::under_lock}); }, passes},
        },
};
const wedge::Registration unsynchronised_registration(unsynchronised_start);

const wedge::Scenario cleared_pool{
    .id = "pool-exhaustion/cleared-pool",
    .title = "a pool that is cleared before its watcher has stopped",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", [] { reset(Reset::clears_the_pool_first, {}, Clear::frees_all); }, freed_memory_is_read, 0,
             wedge::Unfit::sanitizer},
            {"fix/stop-the-watcher-first", [] { reset(Reset::stops_the_watcher_first, {}, Clear::frees_all); },
             freed_memory_is_read, 0, wedge::Unfit::sanitizer},
            {"fix/stop-the-watcher-first-and-join-without-limit",
             [] { reset(Reset::stops_the_watcher_first, {.join_limit = std::nullopt}, Clear::frees_all); }, passes},
            {"fix/spare-used-buffers", [] { reset(Reset::clears_the_pool_first, {}, Clear::spares_used_buffers); },
             passes},
        },
};
const wedge::Registration cleared_registration(cleared_pool);

}  // namespace
