// Accesses race byte by byte: whoever touches the neighbour only is innocent.
#include <array>
#include <cstdint>
#include <cstring>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

alignas(16) std::array<char, 16> bytes;

// Aligned or not, as the hardware permits and the language does not.
template <typename T>
struct [[gnu::packed]] Unaligned {
  T value;
};
template <typename T>
Unaligned<T>& at(std::size_t offset) {
  return *reinterpret_cast<Unaligned<T>*>(&bytes.at(offset));
}

// `first` is over before `second` begins, in two tasks that nothing orders.
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

void adjacent_bytes() {
  one_after_the_other([] { bytes[0] = 1; }, [] { bytes[1] = 2; });
}
const races::Program neighbours("adjacent-bytes", adjacent_bytes);

void same_byte() {
  one_after_the_other([] { bytes[3] = 1; },   // race: same-byte
                      [] { bytes[3] = 2; });  // race: same-byte
}
const races::Program same("same-byte", same_byte);

void halves_of_a_word() {
  one_after_the_other([] { *reinterpret_cast<std::int32_t*>(&bytes[0]) = 1; },
                      [] { *reinterpret_cast<std::int32_t*>(&bytes[4]) = 2; });
}
const races::Program halves("halves-of-a-word", halves_of_a_word);

void byte_of_a_word() {
  one_after_the_other([] { *reinterpret_cast<std::int64_t*>(&bytes[0]) = 1; },  // race: byte-of-a-word
                      [] { bytes[7] = 2; });                                    // race: byte-of-a-word
}
const races::Program part("byte-of-a-word", byte_of_a_word);

void unaligned_overlap() {
  one_after_the_other([] { at<std::int32_t>(5).value = 1; },   // race: unaligned-overlap
                      [] { at<std::int32_t>(8).value = 2; });  // race: unaligned-overlap
}
const races::Program overlap("unaligned-overlap", unaligned_overlap);

void unaligned_beside() {
  one_after_the_other([] { at<std::int32_t>(3).value = 1; }, [] { at<std::int32_t>(7).value = 2; });
}
const races::Program beside("unaligned-beside", unaligned_beside);

struct Bits {
  unsigned left : 4;
  unsigned right : 4;
  unsigned : 0;
  unsigned apart : 4;
} bits;

void bits_of_one_unit() {
  one_after_the_other([] { bits.left = 1; },    // race: bits-of-one-unit
                      [] { bits.right = 2; });  // race: bits-of-one-unit
}
const races::Program one_unit("bits-of-one-unit", bits_of_one_unit);

void bits_of_two_units() {
  one_after_the_other([] { bits.left = 1; }, [] { bits.apart = 2; });
}
const races::Program two_units("bits-of-two-units", bits_of_two_units);

void reads_only() {
  one_after_the_other([] { races::use(bytes[0]); }, [] { races::use(bytes[0]); });
}
const races::Program reads("reads-only", reads_only);

void read_then_write() {
  one_after_the_other([] { races::use(bytes[9]); },  // race: read-then-write
                      [] { bytes[9] = 2; });         // race: read-then-write
}
const races::Program read_write("read-then-write", read_then_write);

void write_then_read() {
  one_after_the_other([] { bytes[10] = 1; },           // race: write-then-read
                      [] { races::use(bytes[10]); });  // race: write-then-read
}
const races::Program write_read("write-then-read", write_then_read);

}  // namespace
