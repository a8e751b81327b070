// Conformance of eventfd: counting, semaphore mode, overflow and blocking.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "eventfd";

constexpr std::uint64_t largest = 0xFFFFFFFFFFFFFFFE;

long add(int descriptor, std::uint64_t value) { return write(descriptor, &value, sizeof value); }

// The value read, or the error.
std::string take(int descriptor) {
  std::uint64_t value = 0;
  return read(descriptor, &value, sizeof value) < 0 ? name_of_error(errno) : std::to_string(value);
}

CASE(counter_adds_up_and_reads_empty_it) {
  const Descriptor counter(eventfd(3, EFD_NONBLOCK));
  record_call("write", add(counter, 4));
  record("read", take(counter));
  record("again", take(counter));
}

CASE(semaphore_mode_gives_ones) {
  const Descriptor counter(eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE));
  for (int i = 0; i < 3; ++i) record("read", take(counter));
  add(counter, 1);
  record("read", take(counter));
}

CASE(overflow_is_eagain_or_blocks) {
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  record_call("largest", add(counter, largest));
  record_call("one more", add(counter, 1));
  record_call("zero more", add(counter, 0));
  record("read", take(counter));
  record_call("too large", add(counter, largest + 1));
}

CASE(blocked_writer_goes_on_after_a_read) {
  const Descriptor counter(eventfd(0, 0));
  add(counter, largest);
  long result = 0;
  std::thread writer([&] { result = add(counter, 5); });
  for (int i = 0; i < 5; ++i) sched_yield();
  record("first", take(counter));
  writer.join();
  record("write", result);
  record("second", take(counter));
}

CASE(blocked_reader_is_woken) {
  for (const int flags : {0, EFD_SEMAPHORE + 0}) {
    const Descriptor counter(eventfd(0, flags));
    std::string value;
    std::thread reader([&] { value = take(counter); });
    for (int i = 0; i < 5; ++i) sched_yield();
    add(counter, 1);
    reader.join();
    record("value", value);
  }
}

CASE(wrong_sizes_and_flags_are_einval) {
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  std::uint32_t small = 1;
  record_call("small read", read(counter, &small, sizeof small));
  record_call("small write", write(counter, &small, sizeof small));
  record_call("flags", eventfd(0, 0x40));
}

CASE(flags_are_visible) {
  const Descriptor plain(eventfd(0, 0));
  record("blocking", fcntl(plain, F_GETFL) & O_NONBLOCK);
  const Descriptor flagged(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  record("nonblocking", (fcntl(flagged, F_GETFL) & O_NONBLOCK) != 0);
  record("close-on-exec", fcntl(flagged, F_GETFD));
}

CASE(duplicates_share_the_counter) {
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  const Descriptor copy(dup(counter));
  add(counter, 1);
  add(copy, 2);
  record("read", take(copy));
  record("again", take(counter));
}

CASE(library_calls_do_the_same) {
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  record_call("eventfd_write", eventfd_write(counter, 9));
  eventfd_t value = 0;
  record_call("eventfd_read", eventfd_read(counter, &value));
  record("value", value);
  record_call("eventfd_read of nothing", eventfd_read(counter, &value));
}

CASE(library_calls_block_and_wake) {
  const Descriptor counter(eventfd(0, 0));
  eventfd_t value = 0;
  int result = -1;
  std::thread reader([&] { result = eventfd_read(counter, &value); });
  for (int i = 0; i < 5; ++i) sched_yield();
  eventfd_write(counter, 4);
  reader.join();
  record("result", result);
  record("value", value);
}

CASE(semaphore_mode_serves_several_readers) {
  const Descriptor counter(eventfd(0, EFD_SEMAPHORE));
  std::atomic<int> sum{0};
  std::thread readers[3];
  for (auto& reader : readers) reader = std::thread([&] { sum += std::stoi(take(counter)); });
  add(counter, 3);
  for (auto& reader : readers) reader.join();
  record("sum", sum.load());
}

CASE_ONE_OF(reader_sees_one_or_both_writes) {
  const Descriptor counter(eventfd(0, 0));
  std::thread first([&] { add(counter, 1); });
  std::thread second([&] { add(counter, 2); });
  const std::string value = take(counter);
  first.join();
  second.join();
  record_one_of("value", value, {"1", "2", "3"});
}

CASE_ONE_OF(either_of_two_readers_is_woken) {
  const Descriptor counter(eventfd(0, EFD_SEMAPHORE));
  Events events;
  std::atomic<int> woken{0};
  const auto read_one = [&](const char* who) {
    take(counter);
    events.add(who);
    ++woken;
  };
  std::thread first(read_one, "first");
  std::thread second(read_one, "second");
  add(counter, 1);
  poll_until([&] { return woken == 1; });
  add(counter, 1);
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(nonblocking_read_races_with_write) {
  const Descriptor counter(eventfd(0, EFD_NONBLOCK));
  std::thread writer([&] { add(counter, 1); });
  const std::string value = take(counter);
  writer.join();
  record_one_of("value", value, {"1", "EAGAIN"});
}

}  // namespace
}  // namespace conformance
