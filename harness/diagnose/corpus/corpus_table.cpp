// The table itself. A new program is a new file, a line in meson.build and a row here.
#include "harness/diagnose/corpus/corpus_table.h"

#include <ostream>

namespace wedge::diagnose::corpus {
namespace {

using model::Confidence;
using model::HangClass;
using model::WaitKind;

constexpr bool moves = true;
constexpr bool stripped = false;

std::vector<Role> ab_ba(WaitKind kind, const std::string& left, const std::string& right) {
  return {{"left", kind, "right", left}, {"right", kind, "left", right}};
}

std::vector<Role> ring(WaitKind kind, const std::string& function) {
  return {{"first", kind, "second", function}, {"second", kind, "third", function}, {"third", kind, "first", function}};
}

std::vector<Row> deadlocks() {
  const auto deadlock = HangClass::deadlock;
  const auto high = Confidence::high;
  const std::vector<Role> transfer = ab_ba(WaitKind::mutex, "transfer", "audit");
  const std::vector<Role> front = ab_ba(WaitKind::mutex, "front_first", "back_first");
  return {
      {"mutex_ab_ba", deadlock, high, transfer, {}},
      {"mutex_ab_ba_edited", deadlock, high, transfer, {}},
      {"mutex_ab_ba_unoptimised", deadlock, high, transfer, {}},
      {"mutex_ab_ba_frame_pointers", deadlock, high, transfer, {}},
      {"mutex_ab_ba_no_frame_pointers", deadlock, high, transfer, {}},
      {"mutex_ab_ba_static", deadlock, high, transfer, {}},
      {"mutex_ab_ba_stripped", deadlock, high, transfer, {}, !moves, stripped},
      {"mutex_recursive", deadlock, high, front, {}},
      {"mutex_errorcheck", deadlock, high, front, {}},
      {"mutex_robust", deadlock, high, front, {}},
      {"mutex_priority",
       deadlock,
       high,
       {{"joiner", WaitKind::join, "worker", "main"}, {"worker", WaitKind::mutex, "joiner", "update"}},
       {}},
      {"mutex_three_way", deadlock, high, ring(WaitKind::mutex, "dine"), {}},
      {"mutex_itself", deadlock, high, {{"only", WaitKind::mutex, "only", "evict"}}, {}},
      {"rwlock_reader",
       deadlock,
       high,
       {{"reader", WaitKind::rwlock_read, "writer", "look_up"}, {"writer", WaitKind::mutex, "reader", "rebuild"}},
       {}},
      {"rwlock_writers", deadlock, high, ab_ba(WaitKind::rwlock_write, "rename_user", "rename_group"), {}},
      {"join_cycle", deadlock, high, ring(WaitKind::join, "finish_after_next"), {}},
      {"file_lock",
       deadlock,
       high,
       {{"parent", WaitKind::file_lock, "child", "take_both"}, {"child", WaitKind::file_lock, "parent", "take_both"}},
       {}},
      {"socket_cross",
       deadlock,
       high,
       {{"parent", WaitKind::read, "", "await_greeting"}, {"child", WaitKind::read, "", "await_greeting"}},
       {HangClass::orphaned_io}},
      {"tcp_cross",
       deadlock,
       high,
       {{"server", WaitKind::read, "", "main"}, {"client", WaitKind::read, "", "main"}},
       {HangClass::orphaned_io}},
      {"vfork_parent",
       deadlock,
       high,
       {{"parent", WaitKind::vfork, "child", "main"}, {"child", WaitKind::read, "", "read_settings"}},
       {}},
      {"heartbeat_deadlock",
       deadlock,
       high,
       {{"left", WaitKind::mutex, "right", "take"},
        {"right", WaitKind::mutex, "left", "take"},
        {"heart", WaitKind::none, "", "beat", false}},
       {HangClass::not_hung},
       moves},
      {"timed_lock",
       HangClass::not_hung,
       Confidence::low,
       {{"patient", WaitKind::mutex, "impatient", "patient"}, {"impatient", WaitKind::mutex, "patient", "impatient"}},
       {deadlock}},
  };
}

std::vector<Row> holders() {
  return {
      {"owner_exited", HangClass::abandoned_owner, Confidence::high, {{"waiter", WaitKind::mutex, "gone", "main"}}, {}},
      {"owner_parked",
       HangClass::abandoned_owner,
       Confidence::medium,
       {{"waiter", WaitKind::mutex, "holder", "main"}, {"holder", WaitKind::signal, "", "wait_for_reload"}},
       {}},
      {"starvation_sleeper",
       HangClass::starvation,
       Confidence::high,
       {{"waiter", WaitKind::mutex, "holder", "main", false}, {"holder", WaitKind::sleep, "", "sleep_in_extension"}},
       {HangClass::deadlock, HangClass::not_hung},
       moves},
      {"python_gil.py",
       HangClass::starvation,
       Confidence::medium,
       {{"waiter", WaitKind::condition, "", "", false}, {"holder", WaitKind::sleep, "", ""}},
       {HangClass::not_hung},
       moves},
      {"starvation_busy",
       HangClass::starvation,
       Confidence::medium,
       {{"waiter", WaitKind::mutex, "holder", "main"}, {"holder", WaitKind::running, "", "calculate", false}},
       {HangClass::busy_livelock},
       moves},
      {"holder_naps",
       HangClass::not_hung,
       Confidence::high,
       {{"waiter", WaitKind::none, "", "main", false}, {"holder", WaitKind::none, "", "work_in_steps", false}},
       {HangClass::starvation, HangClass::abandoned_owner},
       moves},
  };
}

std::vector<Row> wakeups() {
  const auto lost = HangClass::lost_wakeup;
  const auto missing = HangClass::missing_producer;
  const auto medium = Confidence::medium;
  const std::vector<Role> flusher{{"flusher", WaitKind::condition, "", "flush"},
                                  {"stopper", WaitKind::join, "flusher", "main"}};
  const std::vector<Role> pool{{"main", WaitKind::futex, "", "main"},
                               {"worker 0", WaitKind::futex, "", "parse_with_includes"},
                               {"worker 1", WaitKind::futex, "", "parse_with_includes"}};
  return {
      {"condition_lost", lost, medium, flusher, {missing}},
      {"condition_lost_unoptimised", lost, medium, flusher, {missing}},
      {"condition_missing", missing, medium, {{"consumer", WaitKind::condition, "", "pop"}}, {lost}},
      {"condition_slow",
       HangClass::not_hung,
       Confidence::high,
       {{"consumer", WaitKind::none, "", "main", false}, {"producer", WaitKind::none, "", "produce", false}},
       {lost, missing},
       moves},
      {"condition_timed",
       HangClass::not_hung,
       medium,
       {{"waiter", WaitKind::condition, "", "main"}},
       {lost, missing, HangClass::deadlock}},
      {"semaphore_missing", missing, medium, {{"taker", WaitKind::semaphore, "", "main"}}, {lost}},
      {"barrier_short",
       missing,
       medium,
       {{"first", WaitKind::futex, "", "main"}, {"second", WaitKind::futex, "", "take_part"}},
       {lost, HangClass::deadlock}},
      {"future_never", missing, medium, {{"getter", WaitKind::futex, "", "main"}}, {lost}},
      {"atomic_wait", missing, medium, {{"watcher", WaitKind::futex, "", "main"}}, {lost}},
      {"futex_changed",
       lost,
       medium,
       {{"waiter", WaitKind::futex, "", "wait_for_change"}, {"changer", WaitKind::join, "waiter", "main"}},
       {missing}},
      {"pool_exhausted", HangClass::pool_exhausted, medium, pool, {missing}},
      {"pool_exhausted_unoptimised", HangClass::pool_exhausted, medium, pool, {missing}},
      {"pool_idle",
       missing,
       medium,
       {{"main", WaitKind::futex, "", "main"}, {"worker 0", WaitKind::condition, "", "work"}},
       {HangClass::pool_exhausted, lost}},
      {"epoll_lost_edge", lost, medium, {{"loop", WaitKind::epoll, "", "main"}}, {HangClass::deferred_work}},
      {"epoll_lost_count",
       lost,
       medium,
       {{"loop", WaitKind::epoll, "", "run_loop"}, {"stopper", WaitKind::join, "loop", "main"}},
       {HangClass::orphaned_io}},
      {"signal_blocked",
       HangClass::signal_undeliverable,
       Confidence::high,
       {{"waiter", WaitKind::signal, "", "main"}},
       {}},
      {"signal_elsewhere",
       HangClass::signal_undeliverable,
       Confidence::high,
       {{"waiter", WaitKind::signal, "", "main"}, {"server", WaitKind::signal, "", "serve"}},
       {}},
      {"signal_awaited",
       missing,
       Confidence::low,
       {{"waiter", WaitKind::signal, "", "main"}},
       {HangClass::signal_undeliverable}},
      {"device_call",
       HangClass::device_work,
       Confidence::high,
       {{"host", WaitKind::signal, "", "synchronize"}},
       {missing, HangClass::deadlock}},
      {"device_call_done",
       missing,
       Confidence::low,
       {{"host", WaitKind::signal, "", "synchronize"}},
       {HangClass::device_work}},
  };
}

std::vector<Row> descriptors() {
  const auto orphaned = HangClass::orphaned_io;
  const auto deferred = HangClass::deferred_work;
  const auto pressure = HangClass::pipe_back_pressure;
  const auto high = Confidence::high;
  const std::vector<Role> own_end{{"parent", WaitKind::child, "child", "main"}, {"child", WaitKind::read, "", "drain"}};
  const std::vector<Role> full{{"parent", WaitKind::child, "child", "main"},
                               {"child", WaitKind::write, "", "print_report"}};
  return {
      {"pipe_full", pressure, high, full, {HangClass::deadlock}},
      {"pipe_full_static", pressure, high, full, {HangClass::deadlock}},
      {"pipe_slow_reader",
       HangClass::not_hung,
       high,
       {{"reader", WaitKind::none, "", "main", false}, {"writer", WaitKind::none, "", "fill_for_ever", false}},
       {pressure, HangClass::deadlock},
       moves},
      {"read_own_end", orphaned, high, own_end, {HangClass::deadlock}},
      {"read_own_end_stripped", orphaned, high, own_end, {HangClass::deadlock}, !moves, stripped},
      {"read_slow_writer",
       HangClass::not_hung,
       high,
       {{"reader", WaitKind::none, "", "main", false}, {"writer", WaitKind::none, "", "main", false}},
       {orphaned},
       moves},
      {"orphan_holds_end",
       orphaned,
       Confidence::medium,
       {{"reader", WaitKind::read, "", "main"}, {"daemon", WaitKind::sleep, "", "become_daemon"}},
       {}},
      {"epoll_orphan", orphaned, high, {{"loop", WaitKind::epoll, "", "main"}}, {HangClass::lost_wakeup}},
      {"python_pipe.py", orphaned, high, {{"drainer", WaitKind::read, "", ""}, {"joiner", WaitKind::none, "", ""}}, {}},
      {"epoll_oneshot",
       deferred,
       Confidence::medium,
       {{"loop", WaitKind::epoll, "", "main"}},
       {HangClass::lost_wakeup}},
      {"eventfd_unwatched", deferred, Confidence::medium, {{"loop", WaitKind::epoll, "", "main"}}, {}},
      {"poll_timer_disarmed", deferred, Confidence::medium, {{"loop", WaitKind::poll, "", "main"}}, {}},
      {"poll_timer_armed",
       HangClass::not_hung,
       Confidence::low,
       {{"loop", WaitKind::poll, "", "main"}},
       {deferred, orphaned}},
      {"accept_nobody",
       HangClass::missing_producer,
       Confidence::low,
       {{"server", WaitKind::accept, "", "main"}},
       {orphaned, HangClass::deadlock}},
      {"connect_full",
       HangClass::missing_producer,
       Confidence::low,
       {{"client", WaitKind::connect, "", "main"}},
       {HangClass::deadlock}},
  };
}

std::vector<Row> motion() {
  const auto livelock = HangClass::busy_livelock;
  const auto fine = HangClass::not_hung;
  const auto high = Confidence::high;
  return {
      {"spin_flag", livelock, high, {{"spinner", WaitKind::running, "", "spin", false}}, {fine}, moves},
      {"spin_receive", livelock, high, {{"spinner", WaitKind::none, "", "receive_for_ever", false}}, {fine}, moves},
      {"calculates", fine, high, {{"calculator", WaitKind::running, "", "longest_chain", false}}, {livelock}, moves},
      {"spin_patient",
       fine,
       high,
       {{"spinner", WaitKind::running, "", "main", false}, {"calculator", WaitKind::running, "", "calculate", false}},
       {livelock},
       moves},
      {"sleep_long", fine, Confidence::low, {{"sleeper", WaitKind::sleep, "", "main"}}, {HangClass::missing_producer}},
      {"asynchronous_io",
       HangClass::unknown,
       Confidence::none,
       {{"receiver", WaitKind::other, "", "main"}},
       {HangClass::not_hung}},
  };
}

}  // namespace

void PrintTo(const Row& row, std::ostream* out) { *out << row.program; }

const std::vector<Row>& corpus_table() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows;
    for (const std::vector<Row>& part : {deadlocks(), holders(), wakeups(), descriptors(), motion()})
      rows.insert(rows.end(), part.begin(), part.end());
    return rows;
  }();
  return table;
}

}  // namespace wedge::diagnose::corpus
