// Conformance of poll, ppoll, select and pselect.
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "poll";

std::string names(short events) {
  std::string text;
  if ((events & POLLIN) != 0) text += "in,";
  if ((events & POLLOUT) != 0) text += "out,";
  if ((events & POLLHUP) != 0) text += "hup,";
  if ((events & POLLRDHUP) != 0) text += "rdhup,";
  if ((events & POLLERR) != 0) text += "err,";
  if ((events & POLLNVAL) != 0) text += "invalid,";
  return text.empty() ? "nothing" : text;
}

// What poll says of one descriptor.
std::string poll_one(int descriptor, short events, int timeout_ms = 0) {
  pollfd entry{descriptor, events, 0};
  const int count = poll(&entry, 1, timeout_ms);
  if (count < 0) return name_of_error(errno);
  return std::to_string(count) + ' ' + names(entry.revents);
}

void write_byte(int descriptor) { static_cast<void>(!write(descriptor, "x", 1)); }

CASE(poll_tells_what_is_ready) {
  Pipe pipe;
  record("empty", poll_one(pipe.reader, POLLIN));
  record("writable", poll_one(pipe.writer, POLLOUT));
  write_byte(pipe.writer);
  record("readable", poll_one(pipe.reader, POLLIN));
  record("not asked", poll_one(pipe.reader, POLLOUT));
  fill(pipe.writer);
  record("full", poll_one(pipe.writer, POLLOUT));
  pipe.writer.close();
  record("writer closed", poll_one(pipe.reader, POLLIN));
  record("closed", poll_one(9999, POLLIN));
  record("ignored", poll_one(-1, POLLIN));
  Pipe broken;
  broken.reader.close();
  record("reader closed", poll_one(broken.writer, POLLOUT));
  SocketPair sockets(SOCK_STREAM);
  shutdown(sockets.right, SHUT_WR);
  record("half closed", poll_one(sockets.left, POLLIN | POLLOUT | POLLRDHUP));
  sockets.right.close();
  record("fully closed", poll_one(sockets.left, POLLIN | POLLRDHUP));
}

CASE(poll_of_several_counts_the_ready) {
  const Pipe pipes[3];
  write_byte(pipes[0].writer);
  write_byte(pipes[2].writer);
  std::array<pollfd, 4> entries{
      {{pipes[0].reader, POLLIN, 0}, {pipes[1].reader, POLLIN, 0}, {pipes[2].reader, POLLIN, 0}, {-1, POLLIN, 77}}};
  record_call("poll", poll(entries.data(), entries.size(), -1));
  for (const auto& entry : entries) record("events", names(entry.revents));
}

CASE(poll_times_out) {
  const Pipe pipe;
  Stopwatch watch;
  record("some", poll_one(pipe.reader, POLLIN, 10));
  record("waited", watch.at_least_ms(10));
  watch = Stopwatch();
  record_call("no descriptors", poll(nullptr, 0, 10));
  record("waited", watch.at_least_ms(10));
  watch = Stopwatch();
  record("ignored only", poll_one(-1, POLLIN, 5));
  record("waited", watch.at_least_ms(5));
}

CASE(ppoll_times_out_and_leaves_its_timeout) {
  const Pipe pipe;
  pollfd entry{pipe.reader, POLLIN, 0};
  const timespec timeout = from_ms(10);
  const Stopwatch watch;
  record_call("ppoll", ppoll(&entry, 1, &timeout, nullptr));
  record("waited", watch.at_least_ms(10));
  record("timeout", to_ns(timeout));
  record_call("bad nanoseconds", ppoll(&entry, 1, &bad_nanoseconds, nullptr));
  write_byte(pipe.writer);
  record_call("without timeout", ppoll(&entry, 1, nullptr, nullptr));
  sigset_t none;
  sigemptyset(&none);
  record_call("with a mask", ppoll(&entry, 1, &timeout, &none));
}

CASE(poll_is_woken_by_another_thread) {
  const Pipe pipe;
  std::string result;
  std::thread waiter([&] { result = poll_one(pipe.reader, POLLIN, -1); });
  for (int i = 0; i < 5; ++i) sched_yield();
  write_byte(pipe.writer);
  waiter.join();
  record("result", result);
}

CASE(poll_is_woken_by_a_hangup) {
  Pipe pipe;
  std::string result;
  std::thread waiter([&] { result = poll_one(pipe.reader, POLLIN, -1); });
  for (int i = 0; i < 5; ++i) sched_yield();
  pipe.writer.close();
  waiter.join();
  record("result", result);
}

CASE(poll_for_room_is_woken_by_a_reader) {
  const Pipe pipe;
  fill(pipe.writer);
  std::string result;
  std::thread waiter([&] { result = poll_one(pipe.writer, POLLOUT, -1); });
  for (int i = 0; i < 5; ++i) sched_yield();
  std::array<char, 65536> all{};
  record_call("read", read(pipe.reader, all.data(), all.size()));
  waiter.join();
  record("result", result);
}

CASE(poll_refuses_too_many) {
  pollfd entry{-1, POLLIN, 0};
  record_call("poll", poll(&entry, hidden<nfds_t>(10'000'000), 0));
}

// What select says of two pipes' readers.
std::string select_pipes(const Pipe& first, const Pipe& second, timeval* timeout) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(first.reader, &readable);
  FD_SET(second.reader, &readable);
  const int limit = std::max<int>(first.reader, second.reader) + 1;
  const int count = select(limit, &readable, nullptr, nullptr, timeout);
  if (count < 0) return name_of_error(errno);
  return std::to_string(count) + (FD_ISSET(first.reader, &readable) ? " first" : "") +
         (FD_ISSET(second.reader, &readable) ? " second" : "");
}

CASE(select_tells_what_is_ready) {
  const Pipe first;
  const Pipe second;
  timeval zero{0, 0};
  record("none", select_pipes(first, second, &zero));
  write_byte(second.writer);
  record("second", select_pipes(first, second, nullptr));
  write_byte(first.writer);
  record("both", select_pipes(first, second, &zero));
}

CASE(select_for_writing) {
  const Pipe pipe;
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(pipe.writer, &writable);
  record_call("empty", select(pipe.writer + 1, nullptr, &writable, nullptr, nullptr));
  fill(pipe.writer);
  timeval zero{0, 0};
  record_call("full", select(pipe.writer + 1, nullptr, &writable, nullptr, &zero));
  record("cleared", FD_ISSET(pipe.writer, &writable) == 0);
}

CASE(select_times_out_and_counts_down) {
  const Pipe first;
  const Pipe second;
  const Stopwatch watch;
  timeval timeout{0, 10'000};
  record("select", select_pipes(first, second, &timeout));
  record("waited", watch.at_least_ms(10));
  record("left", timeout.tv_sec * 1'000'000 + timeout.tv_usec);
  timeval sleep{0, 5'000};
  record_call("no descriptors", select(0, nullptr, nullptr, nullptr, &sleep));
  record("slept", watch.at_least_ms(15));
}

CASE(select_refuses_nonsense) {
  timeval zero{0, 0};
  timeval negative{-1, 0};
  fd_set set;
  FD_ZERO(&set);
  record_call("negative count", select(hidden(-1), nullptr, nullptr, nullptr, &zero));
  record_call("negative time", select(0, nullptr, nullptr, nullptr, &negative));
  Pipe pipe;
  const int closed = pipe.reader;
  pipe.reader.close();
  FD_SET(closed, &set);
  record_call("closed descriptor", select(closed + 1, &set, nullptr, nullptr, &zero));
  const timespec timeout = from_ms(1);
  record_call("pselect", pselect(0, nullptr, nullptr, nullptr, &timeout, nullptr));
  record("pselect leaves its timeout", to_ns(timeout));
  record_call("pselect nanoseconds", pselect(0, nullptr, nullptr, nullptr, &bad_nanoseconds, nullptr));
}

CASE(select_is_woken_by_another_thread) {
  const Pipe first;
  const Pipe second;
  std::string result;
  std::thread waiter([&] { result = select_pipes(first, second, nullptr); });
  for (int i = 0; i < 5; ++i) sched_yield();
  write_byte(second.writer);
  waiter.join();
  record("result", result);
}

CASE_ONE_OF(timed_poll_races_with_write) {
  const Pipe pipe;
  std::thread writer([&] {
    give_way_often();
    write_byte(pipe.writer);
  });
  const std::string result = poll_one(pipe.reader, POLLIN, static_cast<int>(far_ms));
  writer.join();
  record_one_of("result", result, {"0 nothing", "1 in,"});
}

CASE_ONE_OF(timed_select_races_with_write) {
  const Pipe pipe;
  const Pipe quiet;
  std::thread writer([&] {
    give_way_often();
    write_byte(pipe.writer);
  });
  timeval timeout{far_ms / 1000, 0};
  const std::string result = select_pipes(pipe, quiet, &timeout);
  writer.join();
  record_one_of("result", result, {"0", "1 first"});
}

CASE_ONE_OF(poll_sees_one_or_both_writers) {
  const Pipe first;
  const Pipe second;
  std::thread one([&] { write_byte(first.writer); });
  std::thread two([&] { write_byte(second.writer); });
  std::array<pollfd, 2> entries{{{first.reader, POLLIN, 0}, {second.reader, POLLIN, 0}}};
  poll(entries.data(), entries.size(), -1);
  one.join();
  two.join();
  record_one_of("ready", names(entries[0].revents) + '+' + names(entries[1].revents),
                {"in,+nothing", "nothing+in,", "in,+in,"});
}

CASE_ONE_OF(two_pollers_of_one_byte) {
  const Pipe pipe;
  set_nonblocking(pipe.reader);
  std::array<std::string, 2> results;
  const auto poll_and_read = [&](std::size_t i) {
    poll_one(pipe.reader, POLLIN, -1);
    char byte = 0;
    results[i] = read(pipe.reader, &byte, 1) == 1 ? "byte" : name_of_error(errno);
    if (results[i] == "byte") write_byte(pipe.writer);  // so that the other one wakes in any case
  };
  std::thread first(poll_and_read, 0);
  std::thread second(poll_and_read, 1);
  write_byte(pipe.writer);
  first.join();
  second.join();
  record_one_of("results", results[0] + ',' + results[1], {"byte,byte", "byte,EAGAIN", "EAGAIN,byte"});
}

CASE_ONE_OF(poll_races_with_write) {
  const Pipe pipe;
  std::thread writer([&] { write_byte(pipe.writer); });
  const std::string result = poll_one(pipe.reader, POLLIN);
  writer.join();
  record_one_of("result", result, {"0 nothing", "1 in,"});
}

}  // namespace
}  // namespace conformance
