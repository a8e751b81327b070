// How streams work: a task for each stream that has something to do, which carries out its operations in order.
#include <pthread.h>

#include <cstdio>
#include <cstdlib>

#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

void sleep_until_done(Operation& operation) {
  while (!is_done(operation)) {
    {
      Locked device;
      ++operation.sleepers;
    }
    sleep_on(operation.done, 0);
    Locked device;
    --operation.sleepers;
  }
}

void complete(Operation& operation) {
  hand_over(&operation.handed_back);
  touch(operation.done);
  bool somebody_sleeps = false;
  {
    Locked device;
    __atomic_store_n(&operation.done, 1, __ATOMIC_RELEASE);
    somebody_sleeps = operation.sleepers > 0;
  }
  if (somebody_sleeps) wake_all(operation.done);
}

void carry_out(Operation& operation) {
  for (Operation* other : operation.after) {
    sleep_until_done(*other);
    take_up(&other->handed_back);
  }
  take_up(&operation.handed_over);
  bool acts = false;
  {
    Locked device;
    operation.started = true;
    acts = device->failed == cudaSuccess || operation.in_spite_of_errors;
  }
  if (acts && operation.action) operation.action(operation);
  complete(operation);
}

Operation* next_of(Stream& stream) {
  Locked device;
  if (stream.waiting.empty()) {
    stream.busy = false;
    return nullptr;
  }
  Operation* operation = stream.waiting.front();
  stream.waiting.pop_front();
  return operation;
}

// The session may end as soon as the count is zero, and the device with it.
void leave() {
  std::uint32_t* awaited = nullptr;
  {
    Locked device;
    hand_over(&device->workers);
    const std::uint32_t left = __atomic_sub_fetch(&device->workers, 1, __ATOMIC_ACQ_REL);
    if (left == 0 && device->closing != 0) awaited = &device->workers;
  }
  if (awaited != nullptr) wake_all(*awaited);
}

void* serve(void* argument) {
  Stream& stream = *static_cast<Stream*>(argument);
  {
    Locked device;
    stream.task = current_task();
  }
  for (;;) {
    touch(stream.word);
    Operation* operation = next_of(stream);
    if (operation == nullptr) break;
    carry_out(*operation);
  }
  leave();
  return nullptr;
}

// A task ends when its stream has nothing left to do: what is idle waits for nobody, and stands in no report.
void start_task(Stream& stream) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, serve, &stream);
  pthread_attr_destroy(&attributes);
  if (error == 0) {
    pthread_setname_np(thread, stream.is_legacy() ? "stream 0" : ("stream " + std::to_string(stream.number)).c_str());
    return;
  }
  std::fprintf(stderr, "simulated CUDA: no thread for %s\n", stream.name().c_str());
  std::abort();
}

// The legacy default stream and the blocking ones wait for each other.
void add_dependencies(Device& device, Stream& stream, Operation& operation) {
  const auto wait_for_last = [&](const Stream& other) {
    if (other.last() != nullptr) operation.after.push_back(other.last());
  };
  wait_for_last(stream);
  if (stream.is_legacy())
    for (const Stream& other : device.streams)
      if (other.waits_for_legacy()) wait_for_last(other);
  if (stream.waits_for_legacy()) wait_for_last(device.legacy());
}

}  // namespace

Operation& enqueue(Stream& stream, Operation operation) {
  touch(stream.word);
  bool starts = false;
  Operation* added = nullptr;
  {
    Locked device;
    add_dependencies(*device, stream, operation);
    operation.stream = &stream;
    operation.number = static_cast<std::uint32_t>(stream.all.size()) + 1;
    added = &device->operations.emplace_back(std::move(operation));
    stream.all.push_back(added);
    stream.waiting.push_back(added);
    starts = !stream.busy;
    stream.busy = true;
    device->workers += starts ? 1 : 0;
    hand_over(&added->handed_over);
  }
  if (starts) start_task(stream);
  return *added;
}

bool is_done(const Operation& operation) { return __atomic_load_n(&operation.done, __ATOMIC_ACQUIRE) != 0; }

void wait_for(Operation& operation, const char* call, std::uint32_t event) {
  look(operation.done);
  HostWait wait{current_task(), call, &operation, event};
  {
    Locked device;
    device->host_waits.push_back(&wait);
  }
  sleep_until_done(operation);
  take_up(&operation.handed_back);
  Locked device;
  std::erase(device->host_waits, &wait);
}

std::vector<Operation*> ends_of(Device& device, Stream& stream) {
  std::vector<Operation*> ends;
  const auto add = [&](const Stream& other) {
    if (other.last() != nullptr) ends.push_back(other.last());
  };
  add(stream);
  if (stream.is_legacy())
    for (const Stream& other : device.streams)
      if (other.waits_for_legacy()) add(other);
  return ends;
}

void wait_for_all(const std::vector<Operation*>& operations, const char* call) {
  for (Operation* operation : operations) wait_for(*operation, call);
}

bool is_seen_done(const Operation& operation) {
  look(operation.done);
  if (!is_done(operation)) return false;
  take_up(&operation.handed_back);
  return true;
}

void wait_for_device(const char* call) {
  std::vector<Operation*> ends;
  {
    Locked device;
    for (const Stream& stream : device->streams)
      if (stream.last() != nullptr) ends.push_back(stream.last());
  }
  wait_for_all(ends, call);
}

}  // namespace wedge::gpu
