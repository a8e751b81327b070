// Programs with data races, one for each value of RACE: plain, behind another failure, with wrong locks, benign.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <wedge/scenario.h>

namespace {

int counter = 0;
int first = 0;
int second = 0;
bool spins = false;

void increment() { ++counter; }

template <typename One, typename Other>
void both(One one, Other other) {
  std::thread a(one);
  std::thread b(other);
  a.join();
  b.join();
}

void simple() { both(increment, increment); }

// Only a switch between the two plain writes shows it: one race is a point for finding what is behind it.
void behind() {
  both(
      [] {
        first = 1;
        second = 1;
        first = 2;
        second = 2;
      },
      [] {
        const int seen_first = first;
        const int seen_second = second;
        assert(seen_first == seen_second);
      });
}

std::mutex lock_a;
std::mutex lock_b;

void locked_a() {
  const std::scoped_lock lock(lock_a);
  ++counter;
}
void locked_b() {
  const std::scoped_lock lock(lock_b);
  ++counter;
}
void wrong_locks() { both(locked_a, locked_b); }

void benign() {
  wedge::benign_race(&counter, sizeof counter, "a statistic that may be off by some");
  both(increment, increment);
}

void on_the_stack() {
  int local = 0;
  both([&] { local = 1; }, [&] { local = 2; });
}

// Only a write of both halves between the two reads shows it.
union {
  std::uint64_t whole;
  std::uint32_t half[2];
} word;

void halves() {
  both([] { word.whole = ~std::uint64_t{0}; },
       [] {
         const std::uint32_t low = word.half[0];
         const std::uint32_t high = word.half[1];
         assert(low == high);
       });
}

struct Account {
  long number;
  long owner;
  int balance;
  int limit;
};

void on_the_heap() {
  const auto account = std::make_unique<Account>();
  both([&account] { ++account->balance; }, [&account] { ++account->balance; });
}

// The same as `behind`, in a block.
void behind_on_the_heap() {
  auto* pair = static_cast<int*>(std::calloc(2, sizeof(int)));
  both(
      [pair] {
        pair[0] = 1;
        pair[1] = 1;
      },
      [pair] {
        const int seen_second = pair[1];
        const int seen_first = pair[0];
        assert(seen_first == seen_second);
      });
  std::free(pair);
}

// Freed before the other has read it, or after: either way the write before it races with the read.
void freed_by_one() {
  auto* number = new int(1);
  both(
      [number] {
        *number = 2;
        delete number;
      },
      [number] { counter = *number; });
}

void spin() {
  both([] { spins = true; },
       [] {
         while (!*static_cast<volatile bool*>(&spins)) {
         }
       });
}

}  // namespace

int main() {
  const char* name = std::getenv("RACE");
  const std::string race = name != nullptr ? name : "";
  if (race == "simple") simple();
  if (race == "behind") behind();
  if (race == "wrong_locks") wrong_locks();
  if (race == "benign") benign();
  if (race == "on_the_stack") on_the_stack();
  if (race == "halves") halves();
  if (race == "on_the_heap") on_the_heap();
  if (race == "behind_on_the_heap") behind_on_the_heap();
  if (race == "freed_by_one") freed_by_one();
  if (race == "spin") spin();
}
