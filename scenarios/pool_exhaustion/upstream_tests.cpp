// The unit tests that came with the watcher, rebuilt with what makes them pass on a watcher that dies of every event:
// none of them has one.
#include <cassert>

#include "scenarios/pool_exhaustion/program.h"

namespace pool_exhaustion {
namespace {

constexpr std::size_t bytes = 3 * sizeof(int);

// A watcher with a pool, on a device that the tests use for pinned memory alone.
struct Fixture {
  Device device{false};
  BufferPool pool;
  WritebackWatcher watcher{pool};
  std::atomic<int> delivered{0};

  void submit(std::shared_ptr<const GpuEvent> event) {
    watcher.submit({std::move(event), &pool.acquire("states", bytes), [this](const PinnedBuffer&) { ++delivered; }});
  }
};

}  // namespace

// event=None counts as done.
void test_tasks_without_events() {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) fixture.submit(nullptr);
  fixture.watcher.wait_all();
  assert(fixture.delivered == 3);
  assert(fixture.pool.in_use() == 0);
}

// The count is set by hand, and no task is there.
void test_wait_all_times_out() {
  Fixture fixture;
  fixture.watcher.count_up();
  bool timed_out = false;
  try {
    fixture.watcher.wait_all(ten_seconds_shortened);
  } catch (const primitives::WaitTimedOut&) {
    timed_out = true;
  }
  assert(timed_out);
}

void test_start_and_shutdown() {
  Fixture fixture;
  fixture.watcher.start();
  assert(fixture.watcher.threads_alive() == 1);
  fixture.watcher.shutdown();
}

// Not upstream's: one task with an event that is as found.
void test_task_with_event_corrected() {
  Fixture fixture;
  StreamPool streams;
  const auto event = std::make_shared<GpuEvent>(GpuEvent::Query::as_stored);
  event->record(streams.stream_of("default"));
  fixture.submit(event);
  fixture.watcher.wait_all(ten_seconds_shortened);
  assert(fixture.delivered == 1);
}

}  // namespace pool_exhaustion
