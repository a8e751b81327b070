// Conformance of atomic operations of all sizes and orders: under level 2 each is a call into the runtime.
#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "atomics";

using namespace std::string_literals;

template <class Value>
std::string text(Value value) {
  return std::to_string(+value);
}

template <class Value>
void describe_integer(const std::string& name) {
  constexpr Value largest = std::numeric_limits<Value>::max();
  std::string all;
  const auto add = [&](Value value) { all += text(value) + ' '; };
  std::atomic<Value> atomic{Value{5}};
  add(atomic.load());
  atomic.store(Value{6});
  add(atomic);
  add(atomic.exchange(Value{7}));
  add(atomic.fetch_add(Value{3}));
  add(atomic.fetch_sub(Value{1}));
  add(atomic.fetch_and(Value{0x0D}));
  add(atomic.fetch_or(Value{0x42}));
  add(atomic.fetch_xor(Value{0x0F}));
  add(atomic);
  atomic = largest;
  add(atomic.fetch_add(Value{2}));
  add(atomic);
  add(++atomic);
  add(atomic--);
  add(atomic += Value{9});
  add(atomic ^= Value{3});
  record(name, all);
}

CASE(integer_operations) {
  describe_integer<std::int8_t>("8 bits");
  describe_integer<std::uint8_t>("8 bits unsigned");
  describe_integer<std::int16_t>("16 bits");
  describe_integer<std::uint16_t>("16 bits unsigned");
  describe_integer<std::int32_t>("32 bits");
  describe_integer<std::uint32_t>("32 bits unsigned");
  describe_integer<std::int64_t>("64 bits");
  describe_integer<std::uint64_t>("64 bits unsigned");
}

CASE(orders_do_not_change_results) {
  std::string all;
  const auto add = [&](int value) { all += text(value) + ' '; };
  for (const auto order : {std::memory_order_relaxed, std::memory_order_consume, std::memory_order_acquire,
                           std::memory_order_release, std::memory_order_acq_rel, std::memory_order_seq_cst}) {
    std::atomic<int> atomic{1};
    add(atomic.fetch_add(4, order));
    add(atomic.exchange(2, order));
    add(atomic.fetch_xor(7, order));
    int expected = 5;
    add(atomic.compare_exchange_strong(expected, 8, order, std::memory_order_relaxed));
    add(expected);
    add(atomic.load(std::memory_order_acquire));
    atomic.store(1, std::memory_order_release);
  }
  record("results", all);
}

template <class Value>
void describe_compare_exchange(const std::string& name) {
  std::string all;
  std::atomic<Value> atomic{Value{3}};
  Value expected{4};
  const auto describe = [&](bool exchanged) {
    all += text(exchanged) + ',' + text(expected) + ',' + text(atomic.load()) + ' ';
  };
  describe(atomic.compare_exchange_strong(expected, Value{9}));
  describe(atomic.compare_exchange_strong(expected, Value{9}));
  describe(atomic.compare_exchange_weak(expected, Value{1}));
  bool exchanged = false;
  while (!exchanged) exchanged = atomic.compare_exchange_weak(expected, Value{1});
  describe(exchanged);
  record(name, all);
}

CASE(compare_exchange_gives_the_old_value) {
  describe_compare_exchange<std::int8_t>("8 bits");
  describe_compare_exchange<std::uint16_t>("16 bits");
  describe_compare_exchange<std::int32_t>("32 bits");
  describe_compare_exchange<std::uint64_t>("64 bits");
}

struct alignas(16) Pair {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Pair&) const = default;
};

std::string text(const Pair& pair) { return std::to_string(pair.low) + ':' + std::to_string(pair.high); }

CASE(sixteen_bytes) {
  std::atomic<Pair> atomic{Pair{1, 2}};
  record("load", text(atomic.load()));
  atomic.store(Pair{3, 4});
  record("exchange", text(atomic.exchange(Pair{5, 6})));
  Pair expected{5, 7};
  record("high half differs", atomic.compare_exchange_strong(expected, Pair{8, 9}));
  record("expected", text(expected));
  record("equal", atomic.compare_exchange_strong(expected, Pair{8, 9}));
  record("value", text(atomic.load()));
}

CASE(sixteen_bytes_are_never_torn) {
  std::atomic<Pair> atomic{Pair{0, 0}};
  std::atomic<int> torn{0};
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= 20; ++i) atomic = Pair{i, i};
  });
  std::thread reader([&] {
    for (int i = 0; i < 20; ++i) {
      const Pair seen = atomic;
      torn += seen.low != seen.high;
    }
  });
  writer.join();
  reader.join();
  record("torn", torn.load());
}

CASE(pointers_and_flags) {
  int numbers[4] = {10, 11, 12, 13};
  std::atomic<int*> pointer{numbers};
  record("fetch_add", *pointer.fetch_add(2));
  record("now", *pointer.load());
  record("decrement", *--pointer);
  int* expected = numbers;
  record("compare", pointer.compare_exchange_strong(expected, &numbers[3]));
  record("expected", *expected);
  std::atomic<bool> flag{false};
  record("exchange", flag.exchange(true));
  record("load", flag.load());
  std::atomic_flag plain;
  record("test_and_set", plain.test_and_set());
  record("test", plain.test());
  plain.clear();
  record("cleared", plain.test());
}

CASE(floating_point) {
  std::atomic<double> atomic{1.5};
  record("fetch_add", std::to_string(atomic.fetch_add(2.25)));
  record("value", std::to_string(atomic.load()));
  record("fetch_sub", std::to_string(atomic.fetch_sub(0.75)));
  record("exchange", std::to_string(atomic.exchange(-1.0)));
  double expected = -1.0;
  record("compare", atomic.compare_exchange_strong(expected, 4.0));
  std::atomic<float> small{0.5F};
  small += 0.25F;
  record("float", std::to_string(small.load()));
}

CASE(references_to_plain_objects) {
  alignas(8) std::int64_t number = 5;
  {
    const std::atomic_ref reference(number);
    record("fetch_add", reference.fetch_add(2));
    std::int64_t expected = 7;
    record("compare", reference.compare_exchange_strong(expected, 9));
    reference.store(reference.load() + 1);
  }
  record("number", number);
  std::thread threads[3];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 10; ++i) std::atomic_ref(number).fetch_add(1);
    });
  for (auto& thread : threads) thread.join();
  record("sum", number);
}

CASE(builtin_functions) {
  int number = 5;
  std::string all;
  const auto add = [&](int value) { all += text(value) + ' '; };
  add(__atomic_fetch_nand(&number, 3, __ATOMIC_SEQ_CST));
  add(number);
  add(__atomic_add_fetch(&number, 10, __ATOMIC_ACQ_REL));
  add(__sync_fetch_and_add(&number, 1));
  add(__sync_val_compare_and_swap(&number, 9, 20));
  add(__sync_bool_compare_and_swap(&number, 20, 21));
  add(__sync_lock_test_and_set(&number, 1));
  __sync_lock_release(&number);
  add(number);
  record("results", all);
}

CASE(fences_order_plain_data) {
  int data = 0;
  std::atomic<bool> ready{false};
  int seen = -1;
  std::thread reader([&] {
    poll_until([&] { return ready.load(std::memory_order_relaxed); });
    std::atomic_thread_fence(std::memory_order_acquire);
    seen = data;
  });
  data = 42;
  std::atomic_thread_fence(std::memory_order_release);
  ready.store(true, std::memory_order_relaxed);
  reader.join();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  record("seen", seen);
}

CASE(fetch_add_loses_nothing) {
  std::atomic<int> count{0};
  std::atomic<int> by_exchange{0};
  std::thread threads[3];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 20; ++i) {
        ++count;
        int expected = by_exchange;
        while (!by_exchange.compare_exchange_weak(expected, expected + 1)) {
        }
      }
    });
  for (auto& thread : threads) thread.join();
  record("count", count.load());
  record("by exchange", by_exchange.load());
}

CASE(spin_lock_of_a_flag_excludes) {
  std::atomic_flag busy;
  int count = 0;
  std::thread threads[3];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 5; ++i) {
        while (busy.test_and_set()) sched_yield();
        ++count;
        busy.clear();
      }
    });
  for (auto& thread : threads) thread.join();
  record("count", count);
}

CASE_ONE_OF(increments_are_numbered_in_either_order) {
  std::atomic<int> count{0};
  int first_number = -1;
  int second_number = -1;
  std::thread first([&] { first_number = count.fetch_add(1); });
  std::thread second([&] { second_number = count.fetch_add(1); });
  first.join();
  second.join();
  record_one_of("numbers", text(first_number) + text(second_number), {"01", "10"});
}

CASE_ONE_OF_ATOMIC(load_and_store_may_lose_an_update) {
  std::atomic<int> count{0};
  const auto add = [&] {
    const int before = count;
    count = before + 1;
  };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  record_one_of("count", text(count.load()), {"1", "2"});
}

// Each stores its own variable and loads the other's: under sequential consistency one of them sees the other.
CASE_ONE_OF_ATOMIC(store_buffering) {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  int seen_y = -1;
  int seen_x = -1;
  std::thread first([&] {
    x = 1;
    seen_y = y;
  });
  std::thread second([&] {
    y = 1;
    seen_x = x;
  });
  first.join();
  second.join();
  record_one_of("seen", text(seen_y) + text(seen_x), {"01", "10", "11"});
}

// Whoever sees the second store must see the first.
CASE_ONE_OF_ATOMIC(message_passing) {
  std::atomic<int> data{0};
  std::atomic<int> ready{0};
  int seen_ready = -1;
  int seen_data = -1;
  std::thread writer([&] {
    data = 1;
    ready = 1;
  });
  std::thread reader([&] {
    seen_ready = ready;
    seen_data = data;
  });
  writer.join();
  reader.join();
  record_one_of("seen", text(seen_ready) + text(seen_data), {"00", "01", "11"});
}

CASE_ONE_OF_ATOMIC(compare_exchange_has_one_winner) {
  std::atomic<int> owner{0};
  bool won[2] = {false, false};
  std::thread threads[2];
  for (int i = 0; i < 2; ++i)
    threads[i] = std::thread([&, i] {
      int nobody = 0;
      won[i] = owner.compare_exchange_strong(nobody, i + 1);
    });
  for (auto& thread : threads) thread.join();
  record("winners", won[0] + won[1]);
  record_one_of("owner", text(owner.load()), {"1", "2"});
}

}  // namespace
}  // namespace conformance
