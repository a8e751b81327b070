// A process of the tests: solves in chunks, waits for what the watcher delivers, and cleans up, as the original does.
#include <algorithm>
#include <cassert>

#include "scenarios/pool_exhaustion/program.h"

namespace pool_exhaustion {
namespace {

using primitives::expect_success;
using EventsEnd = Switches::EventsEnd;

constexpr int arrays = 2;
constexpr const char* names[arrays] = {"states", "observables"};

std::size_t bytes_of(int runs) { return static_cast<std::size_t>(runs) * sizeof(int); }

int first_run_of(int chunk) { return chunk * most_runs; }
int runs_of(int chunk) { return std::min(most_runs, all_runs - first_run_of(chunk)); }

WatcherRules with_log(WatcherRules rules) {
  rules.log = [](const std::string& text) { wedge::note(text); };
  return rules;
}

}  // namespace

TestProcess::TestProcess(const Switches& switches, StreamPool* shared)
    : switches_(switches),
      streams_(shared != nullptr ? *shared : own_streams_),
      pool_(switches.most_buffers),
      watcher_(pool_, with_log(switches.watcher)) {
  void* memory = nullptr;
  expect_success(cudaMalloc(&memory, 2 * bytes_of(most_runs)), "cudaMalloc");
  on_device_ = static_cast<int*>(memory);
}

TestProcess::~TestProcess() { cudaFree(on_device_); }

void TestProcess::run() {
  wedge::Obligation all_return("every submitted buffer returns to the pool", [this] { return explain(); });
  for (int test = 0; test < switches_.tests && told_.empty(); ++test) {
    solve();
    if (told_.empty()) expect_results();
    watcher_.shutdown();
  }
  watcher_.stop_and_join();  // here the process of the original ends
  if (pool_.in_use() == 0) all_return.fulfil();
}

void TestProcess::solve() {
  const bool is_fresh = switches_.streams == Switches::Streams::fresh_for_each_test;
  cudaStream_t stream = is_fresh ? streams_.fresh() : streams_.stream_of("default");
  const bool is_other = switches_.synchronizes == Switches::Synchronizes::another_stream;
  cudaStream_t synchronized = is_other ? streams_.stream_of("another") : stream;
  for (auto& result : results_) result.assign(all_runs, 0);
  try {
    for (int chunk = 0; chunk < chunks; ++chunk) enqueue_chunk(chunk, stream);
    expect_success(cudaStreamSynchronize(synchronized), "cudaStreamSynchronize");
    wait();
  } catch (const std::runtime_error& error) {
    told_ = error.what();
  }
  if (watcher_.failed() > 0) told_ = std::to_string(watcher_.failed()) + " writebacks have failed";
  if (!told_.empty()) wedge::note("the caller is told: " + told_);
}

void TestProcess::enqueue_chunk(int chunk, cudaStream_t stream) {
  const int first_run = first_run_of(chunk);
  const int runs = runs_of(chunk);
  expect_success(launch_integrate(array_at(0), array_at(1), first_run, runs, stream), "cudaLaunchKernel");
  std::vector<Pending> pending;
  for (int array = 0; array < arrays; ++array) {
    PinnedBuffer& buffer = acquire(array, runs);
    expect_success(cudaMemcpyAsync(buffer.data, array_at(array), bytes_of(runs), cudaMemcpyDeviceToHost, stream),
                   "cudaMemcpyAsync");
    pending.push_back({&buffer, array, first_run});
  }
  // An emulated device has copied when the call returns.
  if (switches_.events == Switches::Events::none)
    expect_success(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  submit(pending, stream);
}

PinnedBuffer& TestProcess::acquire(int array, int runs) {
  if (!switches_.acquire_limit) return pool_.acquire(names[array], bytes_of(runs));
  PinnedBuffer* buffer = pool_.acquire_within(names[array], bytes_of(runs), *switches_.acquire_limit);
  if (buffer == nullptr) throw std::runtime_error(std::string("no buffer for ") + names[array]);
  return *buffer;
}

// One event stands behind all copies of a chunk, and all its tasks share it.
void TestProcess::submit(const std::vector<Pending>& pending, cudaStream_t stream) {
  const bool one_each = switches_.events == Switches::Events::one_for_each_task;
  const bool counts = switches_.events_end == EventsEnd::when_all_are_delivered;
  std::shared_ptr<GpuEvent> event;
  std::shared_ptr<std::size_t> left;
  for (const Pending& one : pending) {
    if (event == nullptr || one_each) {
      event = recorded(stream);
      if (counts) left = std::make_shared<std::size_t>(one_each ? 1 : pending.size());
    }
    watcher_.submit({event, one.buffer, delivery(one, event, left)});
  }
}

std::function<void(const PinnedBuffer&)> TestProcess::delivery(const Pending& one,
                                                               const std::shared_ptr<GpuEvent>& event,
                                                               const std::shared_ptr<std::size_t>& left) {
  int* to = &results_[static_cast<std::size_t>(one.array)][static_cast<std::size_t>(one.first_run)];
  const auto copy = [to](const PinnedBuffer& buffer) {
    std::copy_n(static_cast<const int*>(buffer.data), buffer.bytes / sizeof(int), to);
  };
  const EventsEnd end = switches_.events_end;
  if (end != EventsEnd::when_all_are_delivered && end != EventsEnd::at_each_delivery) return copy;
  return [copy, event, left, end](const PinnedBuffer& buffer) {
    copy(buffer);
    if (end == EventsEnd::at_each_delivery || --*left == 0) event->destroy();
  };
}

std::shared_ptr<GpuEvent> TestProcess::recorded(cudaStream_t stream) {
  using Handle = Switches::Handle;
  if (switches_.events == Switches::Events::none) return nullptr;
  auto event = std::make_shared<GpuEvent>(switches_.handle == Handle::unwrapped_by_query ? GpuEvent::Query::unwrapped
                                                                                         : GpuEvent::Query::as_stored);
  event->record(stream);
  if (switches_.handle == Handle::unwrapped_after_record) event->unwrap();
  if (switches_.events_end == EventsEnd::with_the_process) kept_events_.push_back(event);
  return event;
}

void TestProcess::wait() {
  if (switches_.wait_checks_the_watcher) return watcher_.wait_all_while_alive();
  watcher_.wait_all(switches_.wait_limit);
}

void TestProcess::expect_results() const {
  for (int run = 0; run < all_runs; ++run) {
    assert(results_[0][static_cast<std::size_t>(run)] == run);
    assert(results_[1][static_cast<std::size_t>(run)] == -run);
  }
}

std::string TestProcess::explain() const {
  std::string text;
  if (!told_.empty()) return "the caller was told \"" + told_ + "\"; " + pool_.describe_at_rest();
  if (!pool_.awaited_at_rest().empty())
    text = "pool exhausted: the caller waits without a limit for a buffer for " + pool_.awaited_at_rest().front();
  else
    text = "missing producer: the caller waits without a limit for the count to become 0";
  return text + "; " + watcher_.describe_at_rest() + "; " + pool_.describe_at_rest();
}

}  // namespace pool_exhaustion
