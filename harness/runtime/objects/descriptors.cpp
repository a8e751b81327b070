// Keeps the table of descriptors and asks the kernel, for all waiting tasks at once, which of them can go on.
#include "harness/runtime/objects/descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstring>

#include "harness/runtime/objects/timer_descriptors.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime {

Descriptor* descriptors = nullptr;

namespace {

constexpr int arrival_ms = 1;    // of internet sockets, before the clock moves on
constexpr int patience_ms = 20;  // of the same, before an execution is over

int highest = -1;
std::uint32_t last_channel = all_sockets;
bool late_arrivals = false;

Task** waiting = nullptr;  // the first scheduler.descriptor_waiters entries

// What all waiting tasks wait for, one after another, and whose each entry is.
pollfd* asked = nullptr;
Task** asker = nullptr;
std::uint32_t asked_count = 0;

bool is_askable(const Task& task) { return task.wake != Wake::timed_out; }
bool is_waiting_for_kernel(const Task& task) { return is_askable(task) && !task.wakes_on_any_change; }

void gather(bool (*included)(const Task&)) {
  asked_count = 0;
  for (std::uint32_t i = 0; i < scheduler.descriptor_waiters; ++i) {
    Task* task = waiting[i];
    if (!included(*task)) continue;
    for (std::uint32_t k = 0; k < task->descriptor_count && asked_count < descriptor_limit; ++k) {
      asked[asked_count] = task->descriptors[k];
      asked[asked_count].revents = 0;
      asker[asked_count++] = task;
    }
  }
}

long poll_now(pollfd* set, std::uint32_t count, int timeout_ms) {
  return raw::call(SYS_poll, reinterpret_cast<long>(set), count, timeout_ms);
}

// The kernel refuses to look at more than RLIMIT_NOFILE entries at a time.
void ask_kernel(int timeout_ms) {
  constexpr std::uint32_t at_once = 256;
  for (std::uint32_t first = 0; first < asked_count; first += at_once) {
    const std::uint32_t rest = asked_count - first;
    poll_now(asked + first, rest < at_once ? rest : at_once, rest == asked_count && rest <= at_once ? timeout_ms : 0);
  }
}

void enable_the_ready(int timeout_ms) {
  gather(is_waiting_for_kernel);
  ask_kernel(timeout_ms);
  std::uint32_t i = 0;
  while (i < asked_count) {
    Task* task = asker[i];
    bool ready = false;
    for (; i < asked_count && asker[i] == task; ++i) ready = ready || asked[i].revents != 0;
    if (ready) {
      make_ready(task, Wake::signalled);
    } else {  // perhaps it was ready a moment ago, and somebody was faster
      task->wake = Wake::none;
      disable(task);
    }
  }
}

void enable_the_hopeful() {
  for (std::uint32_t i = 0; i < scheduler.descriptor_waiters; ++i)
    if (is_askable(*waiting[i]) && waiting[i]->wakes_on_any_change) make_ready(waiting[i], Wake::signalled);
}

void stop_waiting(Task* task) {
  for (std::uint32_t i = 0; i < scheduler.descriptor_waiters; ++i)
    if (waiting[i] == task) {
      waiting[i] = waiting[--scheduler.descriptor_waiters];
      break;
    }
  task->descriptors = nullptr;
  task->descriptor_count = 0;
}

bool is_outside(int fd) {
  if (fd < 0) return false;
  if (!is_controlled(fd)) return true;
  return descriptors[fd].sees_outside;
}

// Somebody closes what the task waits on: it goes on waiting on a duplicate of ours.
void hold(pollfd& entry) {
  constexpr int out_of_the_way = 512;
  const int closing = entry.fd;
  long copy = raw::call(SYS_fcntl, closing, F_DUPFD_CLOEXEC, out_of_the_way);
  if (copy < 0) copy = raw::call(SYS_fcntl, closing, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return;  // out of descriptors: the wait ends with POLLNVAL and the call with EBADF
  entry.fd = static_cast<int>(copy);
  share_descriptor(closing, entry.fd);
  descriptors[entry.fd].held = true;
}

void forget(int fd) {
  if (descriptors[fd].kind == DescriptorKind::timer) drop_timer(descriptors[fd].timer);
  descriptors[fd] = {};
}

DescriptorKind kind_of_file(int fd) {
  struct stat status {};
  if (raw::call(SYS_fstat, fd, reinterpret_cast<long>(&status)) != 0) return DescriptorKind::none;
  if (S_ISSOCK(status.st_mode)) return DescriptorKind::socket;
  if (S_ISFIFO(status.st_mode)) return DescriptorKind::pipe;
  char path[32];
  char target[32] = {};
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  raw::call(SYS_readlink, reinterpret_cast<long>(path), reinterpret_cast<long>(target), sizeof target - 1);
  if (std::strcmp(target, "anon_inode:[eventfd]") == 0) return DescriptorKind::event_counter;
  return std::strcmp(target, "anon_inode:[eventpoll]") == 0 ? DescriptorKind::epoll : DescriptorKind::none;
}

}  // namespace

void forget_descriptors() {
  if (descriptors == nullptr) {
    descriptors = static_cast<Descriptor*>(raw::reserve(descriptor_limit * sizeof(Descriptor)));
    asked = static_cast<pollfd*>(raw::reserve(descriptor_limit * sizeof(pollfd)));
    asker = static_cast<Task**>(raw::reserve(descriptor_limit * sizeof(Task*)));
    waiting = static_cast<Task**>(raw::reserve(model::max_tasks * sizeof(Task*)));
  }
  for (int fd = 0; fd <= highest; ++fd) {
    if (descriptors[fd].kind == DescriptorKind::none) continue;
    raw::call(SYS_close, fd);
    descriptors[fd] = {};
  }
  highest = -1;
  last_channel = all_sockets;
  late_arrivals = false;
  forget_timers();
}

void adopt_descriptor(int fd, DescriptorKind kind) {
  if (fd < 0 || static_cast<unsigned int>(fd) >= descriptor_limit) return;
  descriptors[fd] = {};
  descriptors[fd].kind = kind;
  descriptors[fd].channel = kind == DescriptorKind::socket ? all_sockets : ++last_channel;
  if (kind != DescriptorKind::none && fd > highest) highest = fd;
}

void join_channels(int one, int other) {
  if (static_cast<unsigned int>(one) >= descriptor_limit || static_cast<unsigned int>(other) >= descriptor_limit)
    return;
  descriptors[one].channel = descriptors[other].channel = ++last_channel;
}

void adopt_unknown_descriptor(int fd) { adopt_descriptor(fd, kind_of_file(fd)); }

void share_descriptor(int from, int to) {
  const auto known = [](int fd) { return fd >= 0 && static_cast<unsigned int>(fd) < descriptor_limit; };
  if (!known(to)) return;
  adopt_descriptor(to, known(from) ? descriptors[from].kind : DescriptorKind::none);
  if (!known(from)) return;
  descriptors[to] = descriptors[from];
  descriptors[to].held = false;
  if (descriptors[to].kind == DescriptorKind::timer) keep_timer(descriptors[to].timer);
}

void give_up_descriptor(int fd) {
  for (std::uint32_t i = 0; i < scheduler.descriptor_waiters; ++i)
    for (std::uint32_t k = 0; k < waiting[i]->descriptor_count; ++k)
      if (waiting[i]->descriptors[k].fd == fd) hold(waiting[i]->descriptors[k]);
  forget(fd);
}

int highest_descriptor() { return highest; }

void expect_late_arrivals() { late_arrivals = true; }

DescriptorWait::~DescriptorWait() {
  for (std::uint32_t i = 0; i < count_; ++i) {
    const int fd = set_[i].fd;
    if (fd < 0 || static_cast<unsigned int>(fd) >= descriptor_limit || !descriptors[fd].held) continue;
    raw::call(SYS_close, fd);
    forget(fd);
    note_descriptor_change();
  }
}

bool DescriptorWait::again(std::uint64_t deadline) {
  if (timed_out_) return false;
  Task* task = scheduler.current;
  // Asked why it would block, the kernel may say that it would not: then only a change elsewhere tells more, as for a
  // datagram to somebody whose queue is full. But first make sure that nothing arrived in this very moment.
  const bool seems_ready = poll_now(set_, count_, 0) > 0;
  if (seems_ready && !looked_again_) return looked_again_ = true;
  looked_again_ = false;
  task->wakes_on_any_change = seems_ready;
  task->descriptors = set_;
  task->descriptor_count = count_;
  waiting[scheduler.descriptor_waiters++] = task;
  task->since_step = scheduler.step;
  timed_out_ = block(deadline) == Wake::timed_out;
  stop_waiting(task);
  return true;
}

void check_descriptors() {
  const bool anything_changed = (scheduler.attention & attention::descriptors) != 0;
  scheduler.attention &= ~attention::descriptors;
  if (scheduler.descriptor_waiters == 0) return;
  enable_the_ready(scheduler.enabled_count == 0 && late_arrivals ? arrival_ms : 0);
  if (anything_changed) enable_the_hopeful();
}

bool wait_for_outside() {
  if (scheduler.descriptor_waiters == 0) return false;
  if (late_arrivals) {
    enable_the_ready(patience_ms);
    if (scheduler.enabled_count > 0) return true;
  }
  gather(is_waiting_for_kernel);
  bool any = false;
  for (std::uint32_t i = 0; i < asked_count; ++i) any = any || is_outside(asked[i].fd);
  if (!any) return false;
  constexpr int for_ever = -1;
  while (scheduler.enabled_count == 0) enable_the_ready(for_ever);
  return true;
}

}  // namespace wedge::runtime
