// File descriptors inside a controlled execution: which are controlled, and how a task waits for some of them.
//
// The kernel's own objects stay behind the numbers. A controlled call never blocks its kernel thread: it is tried
// without blocking, and where natively it would block, the task waits until one of its descriptors is ready.
#pragma once

#include <poll.h>

#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

enum class DescriptorKind : std::uint8_t {
  none,  // not controlled: calls pass straight through
  pipe,
  socket,
  event_counter,  // eventfd
  timer,          // timerfd: behind it is an eventfd that counts the expirations
  epoll,
  random,  // /dev/urandom: reads are served from the execution's seed; otherwise like none
};

struct Descriptor {
  DescriptorKind kind;
  bool sees_outside;      // an epoll set that contains descriptors which are not controlled
  bool held;              // our own, for a task that waits on a file whose number has been closed
  std::uint32_t timer;    // of kind timer: which
  std::uint32_t channel;  // what is written here may be read from descriptors of the same channel
};

inline constexpr unsigned int descriptor_limit = 1u << 20;  // as many as Linux allows by default
extern Descriptor* descriptors;

// While nothing is controlled every descriptor is `none`.
inline DescriptorKind kind_of_descriptor(int fd) {
  return controlled && static_cast<unsigned int>(fd) < descriptor_limit ? descriptors[fd].kind : DescriptorKind::none;
}
inline bool is_controlled(int fd) {
  const DescriptorKind kind = kind_of_descriptor(fd);
  return kind != DescriptorKind::none && kind != DescriptorKind::random;
}

// Reports show the number; + 1 because a null key means "nothing".
inline const void* key_of_descriptor(int fd) {
  return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(static_cast<unsigned int>(fd)) + 1);
}

// What happens before a write, a close or a connect happens before what others do once they have read, or found the
// descriptor ready. A stream is taken as a whole: who reads a byte knows what every writer until now knew. All sockets
// but pairs are one channel, as nobody tells who is at the other end.
inline constexpr std::uint32_t any_channel = 0;  // for those who wait for several
inline constexpr std::uint32_t all_sockets = 1;

inline const void* clock_of_channel(std::uint32_t channel) {
  constexpr std::uintptr_t beyond_memory = std::uintptr_t{1} << 48;
  return reinterpret_cast<const void*>(beyond_memory + 8 * channel);
}

inline bool is_giving(Operation operation) {
  return operation == Operation::write || operation == Operation::close || operation == Operation::connect;
}

inline void hand_to_channel(std::uint32_t channel) {
  if (mutated(Mutation::forget_descriptor_order)) return;
  memory::release_address(clock_of_channel(channel));
  memory::release_address(clock_of_channel(any_channel));
}

inline std::uint32_t channel_of(int fd) {
  const bool known = static_cast<unsigned int>(fd) < descriptor_limit && descriptors[fd].kind != DescriptorKind::none;
  return known ? descriptors[fd].channel : any_channel;
}

inline void descriptor_point(Operation operation, int fd, bool writes = true) {
  point(operation, ObjectKind::descriptor, key_of_descriptor(fd), writes);
  if (!memory::watching) return;
  scheduler.current->order.channel = channel_of(fd);
  if (is_giving(operation)) hand_to_channel(channel_of(fd));
}

// The operation of the current task's last descriptor_point() has taken something.
inline void take_from_channel() {
  if (memory::watching) memory::acquire_address(clock_of_channel(scheduler.current->order.channel));
}
inline void take_from_any_channel() {
  if (memory::watching) memory::acquire_address(clock_of_channel(any_channel));
}

// Closes what the execution before left open, so that each begins with the same free numbers.
void forget_descriptors();

// The kernel has made `fd`. Negative numbers are errors and mean nothing here.
void adopt_descriptor(int fd, DescriptorKind kind);
void join_channels(int one, int other);   // two ends of one pipe
void adopt_unknown_descriptor(int fd);    // it came in a message: what is it?
void share_descriptor(int from, int to);  // `to` is a duplicate of `from`, whatever that is
// Before the kernel closes `fd`: a task that waits on it goes on waiting, as natively the file stays open for it.
void give_up_descriptor(int fd);
int highest_descriptor();  // no controlled one has a larger number

// Something may have become ready: tasks that wait are asked again at the next decision.
inline void note_descriptor_change() {
  if (scheduler.descriptor_waiters > 0) scheduler.attention |= attention::descriptors;
}

// A task's wait for one or more descriptors; `set` is the caller's storage. The pattern:
//   for (;;) { try without blocking; if (done || !wait.again(deadline)) return; }
class DescriptorWait {
 public:
  DescriptorWait(pollfd* set, std::uint32_t count) : set_(set), count_(count) {}
  ~DescriptorWait();
  DescriptorWait(const DescriptorWait&) = delete;
  DescriptorWait& operator=(const DescriptorWait&) = delete;

  // Lets others run until trying again makes sense. False: it was tried after the deadline, too.
  bool again(std::uint64_t deadline);

  int descriptor(std::uint32_t index = 0) const { return set_[index].fd; }  // changes when somebody closes it

 private:
  pollfd* set_;
  std::uint32_t count_;
  bool timed_out_ = false;
  bool looked_again_ = false;
};

// Nothing in this process can make progress, but a task waits for a descriptor that others may serve: waits for them in
// real time. False: no task does.
bool wait_for_outside();
// Internet sockets deliver a moment later than they are written to.
void expect_late_arrivals();

}  // namespace wedge::runtime
