// What a call does to a range of bytes counts for each of them.
#include <array>
#include <cstring>
#include <string>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

constexpr std::size_t half = 20;

struct Buffer {
  std::array<char, 2 * half> bytes{};
  char* at(std::size_t offset) { return &bytes.at(offset); }
};

template <typename First, typename Second>
void one_after_the_other(First first, Second second) {
  races::Turn turn;
  std::thread thread([&] {
    first();
    turn.pass();
  });
  turn.await();
  second();
  thread.join();
}

volatile std::size_t length = half;  // not known to the compiler, so that the calls stay calls

void copied_into_the_same() {
  Buffer buffer;
  const std::string text(half, 'x');
  one_after_the_other([&] { std::memcpy(buffer.at(0), text.data(), length); },  // race: copied-into-the-same
                      [&] { *buffer.at(half - 1) = 'y'; });                     // race: copied-into-the-same
}
const races::Program copied("copied-into-the-same", copied_into_the_same);

void copied_beside() {
  Buffer buffer;
  const std::string text(half, 'x');
  one_after_the_other([&] { std::memcpy(buffer.at(0), text.data(), length); }, [&] { *buffer.at(half) = 'y'; });
}
const races::Program beside("copied-beside", copied_beside);

void copied_from() {
  Buffer buffer;
  Buffer copy;
  one_after_the_other([&] { *buffer.at(3) = 'y'; },                             // race: copied-from
                      [&] { std::memcpy(copy.at(0), buffer.at(0), length); });  // race: copied-from
}
const races::Program source("copied-from", copied_from);

void moved_within() {
  Buffer buffer;
  one_after_the_other([&] { *buffer.at(half + 1) = 'y'; },                         // race: moved-within
                      [&] { std::memmove(buffer.at(2), buffer.at(0), length); });  // race: moved-within
}
const races::Program moved("moved-within", moved_within);

void set_twice() {
  Buffer buffer;
  one_after_the_other([&] { std::memset(buffer.at(0), 1, length); },   // race: set-twice
                      [&] { std::memset(buffer.at(5), 2, length); });  // race: set-twice
}
const races::Program set("set-twice", set_twice);

void set_side_by_side() {
  Buffer buffer;
  one_after_the_other([&] { std::memset(buffer.at(0), 1, length); }, [&] { std::memset(buffer.at(half), 2, length); });
}
const races::Program sides("set-side-by-side", set_side_by_side);

void measured() {
  Buffer buffer;
  std::memset(buffer.at(0), 'x', 5);
  one_after_the_other([&] { *buffer.at(5) = '\0'; },  // race: measured
                      [&] {
                        length = std::strlen(buffer.at(0));  // race: measured
                      });
}
const races::Program lengths("measured", measured);

// strlen() stops at the first zero: what lies behind is not read.
void measured_before() {
  Buffer buffer;
  std::memset(buffer.at(0), 'x', 5);
  one_after_the_other([&] { *buffer.at(6) = 'x'; }, [&] { length = std::strlen(buffer.at(0)); });
}
const races::Program shorter("measured-before", measured_before);

void compared() {
  Buffer buffer;
  Buffer other;
  one_after_the_other([&] { *buffer.at(3) = '\0'; },  // race: compared
                      [&] {
                        length =
                            std::memcmp(buffer.at(0), other.at(0), length) == 0 ? half : half + 1;  // race: compared
                      });
}
const races::Program equal("compared", compared);

struct Large {
  std::array<int, 16> entries;
};

void structure_assigned() {
  static Large large;
  one_after_the_other([] { large.entries[9] = 1; },  // race: structure-assigned
                      [] { large = Large{}; });      // race: structure-assigned
}
const races::Program assigned("structure-assigned", structure_assigned);

}  // namespace
