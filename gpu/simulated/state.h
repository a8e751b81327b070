// The simulated device: streams, events, memory, and the operations between them.
//
// All of it is guarded by one lock (Locked), which is held for a few instructions and never at a point. Objects stay
// until the session ends, so that what is done to a destroyed one can be told from what is done to a live one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gpu/device.h"
#include "gpu/simulated/seam.h"

namespace wedge::gpu {

struct Stream;

// A thing that a stream does, once what comes before it is done.
struct Operation {
  std::string what;                        // "kernel `spin`"
  std::function<void(Operation&)> action;  // called by the task of the stream; may be empty
  std::vector<Operation*> after;           // of this stream the one before, and whatever else it has to wait for
  bool in_spite_of_errors = false;         // also when the device has failed
  Stream* stream = nullptr;
  std::uint32_t number = 0;  // on its stream, from 1
  std::uint32_t done = 0;    // slept on, and looked at
  std::uint32_t sleepers = 0;
  std::uint32_t event = 0;     // of a wait for an event: which
  bool marks = false;          // a place in the stream and nothing more: a record, a wait
  bool calls_program = false;  // a host function, a callback
  bool started = false;
  bool never_ends = false;
  std::chrono::nanoseconds since{-1};     // when it started, of those that take time
  std::chrono::nanoseconds finished{-1};  // of records with timing
  char handed_over = 0, handed_back = 0;  // addresses for what the caller knew, and what the device did
};

struct Stream {
  std::uint32_t number = 0;  // in order of creation; 0: the legacy default stream
  unsigned int flags = cudaStreamDefault;
  int priority = 0;
  bool per_thread = false;
  bool destroyed = false;
  bool busy = false;               // it has a task
  std::uint32_t task = 0;          // which
  std::deque<Operation*> waiting;  // not begun
  std::vector<Operation*> all;
  Word word = 0;

  bool is_legacy() const { return number == 0; }
  bool waits_for_legacy() const { return !is_legacy() && (flags & cudaStreamNonBlocking) == 0; }
  Operation* last() const { return all.empty() ? nullptr : all.back(); }
  std::string name() const;
};

struct Event {
  std::uint32_t number = 0;  // from 1
  unsigned int flags = cudaEventDefault;
  bool destroyed = false;
  Operation* record = nullptr;  // the last one
  Word word = 0;
};

enum class Place : std::uint8_t { pageable, pinned, device };

struct Block {
  std::size_t size = 0;
  Place place = Place::device;
  bool registered = false;  // not ours to free
};

// A host thread that waits for operations.
struct HostWait {
  std::uint32_t task = 0;
  std::string call;
  const Operation* operation = nullptr;
  std::uint32_t event = 0;  // its number, if it is an event that is waited for
};

struct Device {
  explicit Device(const Options& the_options);

  Options options;
  std::deque<Stream> streams;  // the legacy default stream first
  std::deque<Event> events;
  std::deque<Operation> operations;
  std::map<std::uintptr_t, Block> blocks;
  std::size_t used_bytes = 0;
  std::vector<HostWait*> host_waits;
  cudaError_t failed = cudaSuccess;  // sticks
  std::uint32_t workers = 0;         // tasks of streams; slept on at the end
  std::uint32_t closing = 0;         // slept on by kernels that never end
  Word word = 0;
  pthread_mutex_t callbacks = PTHREAD_MUTEX_INITIALIZER;  // those of all streams, one at a time

  Stream& legacy() { return streams.front(); }
};

// The device, locked, made on first use.
class Locked {
 public:
  Locked();
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  Device* operator->() const { return device_; }
  Device& operator*() const { return *device_; }

 private:
  Unseen unseen_;
  Device* device_;
};
// When every other task stands still, and this one may be in the middle of something.
const Device* device_at_rest();
void replace_device(const Options* options);  // null: none until it is used again

// Operations
// ------------------------------------------------------------------------------------------------------------------
// The caller fills in what is done, and what it waits for besides. A point.
Operation& enqueue(Stream& stream, Operation operation);
bool is_done(const Operation& operation);
// Waits; the caller then knows what was done. `event` as in HostWait.
void wait_for(Operation& operation, const char* call, std::uint32_t event = 0);
// What has to be done before all that was enqueued on the stream until now is; with the legacy default stream that is
// also what it has to wait for.
std::vector<Operation*> ends_of(Device& device, Stream& stream);
void wait_for_all(const std::vector<Operation*>& operations, const char* call);
// Whether it is done; the caller then knows what was done. A point.
bool is_seen_done(const Operation& operation);
void wait_for_device(const char* call);

// Calls
// ------------------------------------------------------------------------------------------------------------------
// What every call begins and ends with: refused in a host function, and on a device that has failed; and the error it
// returns is the thread's last one.
bool may_call(const char* call, cudaError_t& error);
cudaError_t remember(cudaError_t error);
template <typename Body>
cudaError_t call(const char* name, Body body) {
  cudaError_t error = cudaSuccess;
  return remember(may_call(name, error) ? body() : error);
}
extern thread_local bool in_host_function;

// The objects behind handles; null, with the misuse reported, if it is none or was destroyed. A point, but for the
// default streams.
Stream* stream_of(cudaStream_t handle, const char* call);
Event* event_of(cudaEvent_t handle, const char* call);
cudaStream_t handle_of(Stream& stream);
cudaEvent_t handle_of(Event& event);

// Memory
// ------------------------------------------------------------------------------------------------------------------
Place place_of(const Device& device, const void* address);
cudaError_t allocate(void** out, std::size_t size, Place place);
void free_blocks(const Device& device);  // those that are left

// What is not given back, for the misuse; empty if nothing.
std::string leaks_of(const Device& device);
// Which operations stand in the way of the host threads that wait; and all of it into the table of the hang.
std::string explain(std::chrono::nanoseconds now);
void fill_table(const Device& device, std::chrono::nanoseconds now);

}  // namespace wedge::gpu
