// The operations a task may be about to do, and the kinds of object it does them to: the vocabulary of events.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wedge::model {

enum class Operation : std::uint8_t {
  none,
  start,
  end,
  create,
  join,
  detach,
  yield,
  sleep,
  read_clock,
  early_timeout,  // the clock is moved to the earliest timeout although tasks could run
  idle_timeout,   // the clock is moved because nothing else could run
  lock,
  try_lock,
  unlock,
  lock_shared,
  try_lock_shared,
  wait,
  wake,  // a waiter that has been signalled goes on
  signal,
  broadcast,
  arrive,
  acquire,
  try_acquire,
  post,
  once,
  futex_wait,
  futex_wake,
  futex_requeue,
  load,
  store,
  exchange,
  fetch_op,
  compare_exchange,
  fence,
  plain_spin,
  read,
  write,
  poll,
  accept,
  connect,
  close,
  choose_value,  // a choice that is not between tasks: which waiter a signal wakes
  note,
  exit,
  proceed,  // uninstrumented code behind a releasing operation goes on
  plain_read,
  plain_write,
  destroy,
  count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Operation::count_)> operation_names{
    "none",
    "start",
    "end",
    "create",
    "join",
    "detach",
    "yield",
    "sleep",
    "read clock",
    "timeout fires early",
    "time passes",
    "lock",
    "try lock",
    "unlock",
    "lock shared",
    "try lock shared",
    "wait",
    "wake",
    "signal",
    "broadcast",
    "arrive",
    "acquire",
    "try acquire",
    "post",
    "once",
    "futex wait",
    "futex wake",
    "futex requeue",
    "load",
    "store",
    "exchange",
    "fetch op",
    "compare exchange",
    "fence",
    "spin on plain memory",
    "read",
    "write",
    "poll",
    "accept",
    "connect",
    "close",
    "choose",
    "note",
    "exit",
    "go on",
    "plain read",
    "plain write",
    "destroy",
};

constexpr std::string_view name_of(Operation operation) { return operation_names[static_cast<std::size_t>(operation)]; }

enum class ObjectKind : std::uint8_t {
  none,
  task,
  mutex,
  rwlock,
  condition,
  barrier,
  spin_lock,
  once,
  semaphore,
  futex,
  atomic,
  descriptor,
  clock,
  memory,  // plain memory
  count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(ObjectKind::count_)> object_kind_names{
    "nothing",   "task",      "mutex", "rwlock", "condition variable", "barrier", "spin lock",
    "once flag", "semaphore", "futex", "atomic", "file descriptor",    "clock",   "memory",
};

constexpr std::string_view name_of(ObjectKind kind) { return object_kind_names[static_cast<std::size_t>(kind)]; }

}  // namespace wedge::model
