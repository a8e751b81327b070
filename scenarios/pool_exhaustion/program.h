// The program of these scenarios: tests that solve many runs in chunks on a device, each process with a pool of pinned
// buffers and a watcher that delivers them, and the switches by which the variants differ from what was found. Every
// default is as found.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wedge/scenario.h>
#include "primitives/buffer_pool.h"
#include "primitives/stream_pool.h"
#include "primitives/writeback_watcher.h"
#include "scenarios/pool_exhaustion/device.h"

namespace pool_exhaustion {

using namespace std::chrono_literals;
using primitives::BufferPool;
using primitives::GpuEvent;
using primitives::PinnedBuffer;
using primitives::StreamPool;
using primitives::WatcherRules;
using primitives::WritebackWatcher;

// The limit of a wait that the program has and does not use; and the same where it passes: ten looks in vain show what
// a hundred thousand do.
constexpr std::chrono::milliseconds ten_seconds{10'000};
constexpr std::chrono::milliseconds ten_seconds_shortened{1};
constexpr std::chrono::milliseconds thirty_seconds{30'000};

struct Switches {
  // How event.query() gets at its handle. The last is what upstream did.
  enum class Handle { as_stored, unwrapped_by_query, unwrapped_after_record };
  enum class Events { one_for_a_chunk, one_for_each_task, none };  // none: the device is emulated
  enum class EventsEnd { with_last_reference, when_all_are_delivered, at_each_delivery, with_the_process };
  enum class Streams { of_the_group, fresh_for_each_test, of_all_processes };
  enum class Synchronizes { stream_of_the_copies, another_stream };

  Handle handle = Handle::as_stored;
  Events events = Events::one_for_a_chunk;
  EventsEnd events_end = EventsEnd::with_last_reference;
  Streams streams = Streams::of_the_group;
  Synchronizes synchronizes = Synchronizes::stream_of_the_copies;
  std::optional<std::chrono::milliseconds> wait_limit = {};
  bool wait_checks_the_watcher = false;
  WatcherRules watcher = {};
  std::size_t most_buffers = BufferPool::unbounded;
  std::optional<std::chrono::milliseconds> acquire_limit = {};  // when all are in use
  bool queries_may_fail = false;                                // the device's doing
  int tests = 1;                                                // one after the other, in each process
  int processes = 1;
};

// Five runs, in a chunk of three and one of two: what fits into the memory that the test pretends to have.
constexpr int chunks = 2;
constexpr int most_runs = 3;  // in a chunk
constexpr int all_runs = 5;

// Runs the program once.
void run(const Switches& switches);
std::function<void()> with(const Switches& switches);

// The unit tests of the original, each on its own; the last is one that it did not have.
void test_tasks_without_events();
void test_wait_all_times_out();
void test_start_and_shutdown();
void test_task_with_event_corrected();

// One process of the tests.
class TestProcess {
 public:
  // Requires: the switches outlive it. `shared`: the streams of all processes, for the theory in which they share them.
  TestProcess(const Switches& switches, StreamPool* shared);
  ~TestProcess();
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  void run();

 private:
  struct Pending {
    PinnedBuffer* buffer = nullptr;
    int array = 0;
    int first_run = 0;
  };

  int* array_at(int array) { return on_device_ + array * most_runs; }
  void solve();
  void enqueue_chunk(int chunk, cudaStream_t stream);
  PinnedBuffer& acquire(int array, int runs);
  void submit(const std::vector<Pending>& pending, cudaStream_t stream);
  std::function<void(const PinnedBuffer&)> delivery(const Pending& one, const std::shared_ptr<GpuEvent>& event,
                                                    const std::shared_ptr<std::size_t>& left);
  std::shared_ptr<GpuEvent> recorded(cudaStream_t stream);
  void wait();
  void expect_results() const;
  std::string explain() const;

  const Switches& switches_;
  StreamPool own_streams_;
  StreamPool& streams_;
  BufferPool pool_;
  int* on_device_ = nullptr;  // both arrays
  std::array<std::vector<int>, 2> results_;
  std::vector<std::shared_ptr<GpuEvent>> kept_events_;
  std::string told_;  // to the caller, in place of results
  WritebackWatcher watcher_;
};

}  // namespace pool_exhaustion
