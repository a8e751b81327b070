// To free a block is to write all of it; a block that comes again is a new one.
#include <cstdlib>
#include <memory>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

void used_then_deleted() {
  int* block = new int(1);
  races::Turn turn;
  std::thread thread([&] {
    *block = 2;  // race: used-then-deleted
    turn.pass();
  });
  turn.await();
  delete block;  // race: used-then-deleted
  thread.join();
}
const races::Program unordered("used-then-deleted", used_then_deleted);

void used_joined_deleted() {
  int* block = new int(1);
  std::thread thread([&] { *block = 2; });
  thread.join();
  delete block;
}
const races::Program ordered("used-joined-deleted", used_joined_deleted);

// Both may well get the same address, one after the other.
void same_place_twice() {
  races::Turn turn;
  std::thread thread([&] {
    const auto block = std::make_unique<int[]>(8);
    block[3] = 1;
    turn.pass();
  });
  turn.await();
  for (int i = 0; i < 20; ++i) {
    const auto block = std::make_unique<int[]>(8);
    block[3] = 2;
  }
  thread.join();
}
const races::Program reused("same-place-twice", same_place_twice);

// Freed by another task than its owner, who has handed it over; then everybody allocates.
void freed_by_another() {
  auto handed_over = std::make_unique<int[]>(8);
  handed_over[0] = 1;
  std::thread thread([block = std::move(handed_over)]() mutable {
    block[0] = 2;
    block.reset();
    const auto again = std::make_unique<int[]>(8);
    again[0] = 3;
  });
  const auto mine = std::make_unique<int[]>(8);
  mine[0] = 4;
  thread.join();
}
const races::Program handed("freed-by-another", freed_by_another);

void grown_while_read() {
  void* block = std::malloc(16);
  auto* numbers = static_cast<int*>(block);
  numbers[0] = 1;
  races::Turn turn;
  std::thread thread([&] {
    races::use(numbers[0]);  // race: grown-while-read
    turn.pass();
  });
  turn.await();
  block = std::realloc(block, 4096);  // race: grown-while-read
  thread.join();
  std::free(block);
}
const races::Program grown("grown-while-read", grown_while_read);

}  // namespace
