// Conformance of epoll: level and edge triggers, one-shot, timeouts, wakes by other threads and error codes.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "epoll";

class Epoll {
 public:
  int add(int descriptor, std::uint32_t events, std::uint32_t data = 0) {
    return control(EPOLL_CTL_ADD, descriptor, events, data);
  }
  int modify(int descriptor, std::uint32_t events, std::uint32_t data = 0) {
    return control(EPOLL_CTL_MOD, descriptor, events, data);
  }
  int remove(int descriptor) { return epoll_ctl(it, EPOLL_CTL_DEL, descriptor, nullptr); }
  int control(int operation, int descriptor, std::uint32_t events, std::uint32_t data) {
    epoll_event event{events, {.u32 = data}};
    return epoll_ctl(it, operation, descriptor, &event);
  }

  // The events as "data:names", in the order of their data, or the error.
  std::string wait(int timeout_ms, int limit = 8) {
    std::array<epoll_event, 8> events{};
    const int count = epoll_wait(it, events.data(), limit, timeout_ms);
    return count < 0 ? name_of_error(errno) : describe(events.data(), count);
  }

  static std::string describe(epoll_event* events, int count) {
    std::sort(events, events + count,
              [](const auto& left, const auto& right) { return left.data.u32 < right.data.u32; });
    std::string text;
    for (int i = 0; i < count; ++i) text += std::to_string(events[i].data.u32) + ':' + names(events[i].events) + ' ';
    return text.empty() ? "nothing" : text;
  }

  const Descriptor it{epoll_create1(0)};

 private:
  static std::string names(std::uint32_t events) {
    std::string text;
    if ((events & EPOLLIN) != 0) text += "in,";
    if ((events & EPOLLOUT) != 0) text += "out,";
    if ((events & EPOLLHUP) != 0) text += "hup,";
    if ((events & EPOLLRDHUP) != 0) text += "rdhup,";
    if ((events & EPOLLERR) != 0) text += "err,";
    return text;
  }
};

void write_byte(int descriptor) { static_cast<void>(!write(descriptor, "x", 1)); }

void read_byte(int descriptor) {
  char byte = 0;
  static_cast<void>(!read(descriptor, &byte, 1));
}

CASE(control_checks_its_arguments) {
  Epoll epoll;
  const Pipe pipe;
  record_call("add", epoll.add(pipe.reader, EPOLLIN));
  record_call("add again", epoll.add(pipe.reader, EPOLLIN));
  record_call("modify", epoll.modify(pipe.reader, EPOLLIN | EPOLLET));
  record_call("modify another", epoll.modify(pipe.writer, EPOLLOUT));
  record_call("remove", epoll.remove(pipe.reader));
  record_call("remove again", epoll.remove(pipe.reader));
  record_call("itself", epoll.add(epoll.it, EPOLLIN));
  record_call("nothing", epoll.add(-1, EPOLLIN));
  record_call("closed", epoll.add(9999, EPOLLIN));
  record_call("operation", epoll.control(77, pipe.reader, EPOLLIN, 0));
  const Descriptor file(memfd_create("file", 0));
  record_call("regular file", epoll.add(file, EPOLLIN));
  epoll_event event{EPOLLIN, {.u32 = 0}};
  record_call("not an epoll", epoll_ctl(pipe.reader, EPOLL_CTL_ADD, pipe.writer, &event));
  record_call("no epoll", epoll_ctl(-1, EPOLL_CTL_ADD, pipe.writer, &event));
}

CASE(creation_and_wait_check_their_arguments) {
  record_call("create of none", epoll_create(0));
  record_call("create flags", epoll_create1(0x40));
  const Descriptor old_style(epoll_create(1));
  record("old style", old_style >= 0);
  const Descriptor flagged(epoll_create1(EPOLL_CLOEXEC));
  record("close-on-exec", fcntl(flagged, F_GETFD));
  Epoll epoll;
  record("no room", epoll.wait(0, 0));
  record("negative room", epoll.wait(0, hidden(-1)));
  epoll_event event{};
  record_call("no epoll", epoll_wait(-1, &event, 1, 0));
  const Pipe pipe;
  record_call("not an epoll", epoll_wait(pipe.reader, &event, 1, 0));
}

CASE(timeouts_expire) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN);
  record("zero", epoll.wait(0));
  const Stopwatch watch;
  record("some", epoll.wait(10));
  record("waited", watch.at_least_ms(10));
  epoll_event event{};
  const timespec timeout = from_ms(5);
  record_call("pwait", epoll_pwait(epoll.it, &event, 1, 5, nullptr));
  record_call("pwait2", epoll_pwait2(epoll.it, &event, 1, &timeout, nullptr));
}

CASE(level_trigger_repeats) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN, 7);
  write_byte(pipe.writer);
  record("first", epoll.wait(0));
  record("second", epoll.wait(0));
  read_byte(pipe.reader);
  record("after reading", epoll.wait(0));
}

CASE(edge_trigger_tells_once_per_arrival) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN | EPOLLET, 7);
  write_byte(pipe.writer);
  record("first", epoll.wait(0));
  record("second", epoll.wait(0));
  write_byte(pipe.writer);
  record("after another byte", epoll.wait(0));
  read_byte(pipe.reader);
  record("after reading one of two", epoll.wait(0));
  record_call("modify", epoll.modify(pipe.reader, EPOLLIN | EPOLLET, 8));
  record("after modifying", epoll.wait(0));
}

CASE(edge_trigger_on_an_eventfd_tells_every_write) {
  Epoll epoll;
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  epoll.add(counter, EPOLLIN | EPOLLET, 1);
  for (int i = 0; i < 3; ++i) {
    eventfd_write(counter, 1);
    record("written", epoll.wait(0));
    record("again", epoll.wait(0));
  }
}

CASE(one_shot_must_be_armed_again) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN | EPOLLONESHOT, 7);
  write_byte(pipe.writer);
  record("first", epoll.wait(0));
  record("second", epoll.wait(0));
  record_call("arm", epoll.modify(pipe.reader, EPOLLIN | EPOLLONESHOT, 8));
  record("third", epoll.wait(0));
}

CASE(all_ready_descriptors_are_told) {
  Epoll epoll;
  const Pipe pipes[3];
  for (std::uint32_t i = 0; i < 3; ++i) epoll.add(pipes[i].reader, EPOLLIN, i);
  write_byte(pipes[0].writer);
  write_byte(pipes[2].writer);
  record("two of three", epoll.wait(0));
  epoll.add(pipes[1].writer, EPOLLOUT, 9);
  record("and a writer", epoll.wait(0));
  record_call("remove", epoll.remove(pipes[0].reader));
  record("after removing", epoll.wait(0));
}

CASE(little_room_shares_the_turns) {
  Epoll epoll;
  const Pipe pipes[2];
  for (std::uint32_t i = 0; i < 2; ++i) {
    epoll.add(pipes[i].reader, EPOLLIN, i);
    write_byte(pipes[i].writer);
  }
  const std::string first = epoll.wait(0, 1);
  const std::string second = epoll.wait(0, 1);
  record("different", first != second);
}

CASE(hangups_and_errors_are_told_unasked) {
  Epoll epoll;
  Pipe closed_writer;
  Pipe closed_reader;
  SocketPair sockets(SOCK_STREAM);
  epoll.add(closed_writer.reader, 0, 1);
  epoll.add(closed_reader.writer, 0, 2);
  epoll.add(sockets.left, EPOLLIN | EPOLLRDHUP, 3);
  record("before", epoll.wait(0));
  closed_writer.writer.close();
  closed_reader.reader.close();
  shutdown(sockets.right, SHUT_WR);
  record("after", epoll.wait(0));
  sockets.right.close();
  record("socket closed", epoll.wait(0));
}

CASE(closed_descriptor_leaves_the_set) {
  Epoll epoll;
  Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN, 1);
  write_byte(pipe.writer);
  pipe.reader.close();
  record("wait", epoll.wait(0));
}

CASE(another_thread_wakes_the_waiter) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN, 3);
  std::string events;
  std::thread waiter([&] { events = epoll.wait(-1); });
  for (int i = 0; i < 5; ++i) sched_yield();
  write_byte(pipe.writer);
  waiter.join();
  record("events", events);
}

CASE(descriptor_added_while_waiting_wakes_the_waiter) {
  Epoll epoll;
  const Pipe pipe;
  write_byte(pipe.writer);
  std::string events;
  std::thread waiter([&] { events = epoll.wait(-1); });
  for (int i = 0; i < 5; ++i) sched_yield();
  epoll.add(pipe.reader, EPOLLIN, 3);
  waiter.join();
  record("events", events);
}

CASE(sets_nest) {
  Epoll inner;
  Epoll outer;
  const Pipe pipe;
  inner.add(pipe.reader, EPOLLIN, 1);
  record_call("add", outer.add(inner.it, EPOLLIN, 2));
  record_call("loop", inner.add(outer.it, EPOLLIN, 3));
  record("before", outer.wait(0));
  std::string events;
  std::thread waiter([&] { events = outer.wait(-1); });
  write_byte(pipe.writer);
  waiter.join();
  record("outer", events);
  record("inner", inner.wait(0));
}

CASE(edge_triggered_loop_hears_every_producer) {
  Epoll epoll;
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  epoll.add(counter, EPOLLIN | EPOLLET, 1);
  std::thread producers[3];
  for (auto& producer : producers)
    producer = std::thread([&] {
      for (int i = 0; i < 3; ++i) eventfd_write(counter, 1);
    });
  eventfd_t total = 0;
  while (total < 9) {
    epoll.wait(-1);
    eventfd_t value = 0;
    while (eventfd_read(counter, &value) == 0) total += value;
  }
  for (auto& producer : producers) producer.join();
  record("total", total);
}

CASE_ONE_OF(wait_races_with_write) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN, 1);
  std::thread writer([&] { write_byte(pipe.writer); });
  const std::string events = epoll.wait(0);
  writer.join();
  record_one_of("events", events, {"nothing", "1:in, "});
}

CASE_ONE_OF(timeout_races_with_write) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN, 1);
  std::thread writer([&] {
    give_way_often();
    write_byte(pipe.writer);
  });
  const std::string events = epoll.wait(static_cast<int>(far_ms));
  writer.join();
  record_one_of("events", events, {"nothing", "1:in, "});
}

CASE_ONE_OF(one_of_two_waiters_takes_an_edge) {
  Epoll epoll;
  const Pipe pipe;
  epoll.add(pipe.reader, EPOLLIN | EPOLLET, 1);
  Events events;
  std::atomic<int> woken{0};
  const auto wait = [&](const char* who) {
    epoll.wait(-1);
    events.add(who);
    ++woken;
  };
  std::thread first(wait, "first");
  std::thread second(wait, "second");
  write_byte(pipe.writer);
  poll_until([&] { return woken == 1; });
  write_byte(pipe.writer);
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(wait_sees_one_or_both_writers) {
  Epoll epoll;
  const Pipe pipes[2];
  for (std::uint32_t i = 0; i < 2; ++i) epoll.add(pipes[i].reader, EPOLLIN, i);
  std::thread first([&] { write_byte(pipes[0].writer); });
  std::thread second([&] { write_byte(pipes[1].writer); });
  const std::string events = epoll.wait(-1);
  first.join();
  second.join();
  record_one_of("events", events, {"0:in, ", "1:in, ", "0:in, 1:in, "});
}

CASE_ONE_OF(wait_races_with_add) {
  Epoll epoll;
  const Pipe pipe;
  write_byte(pipe.writer);
  std::thread adder([&] { epoll.add(pipe.reader, EPOLLIN, 1); });
  const std::string events = epoll.wait(0);
  adder.join();
  record_one_of("events", events, {"nothing", "1:in, "});
}

}  // namespace
}  // namespace conformance
