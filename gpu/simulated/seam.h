// Everything that the simulated device asks of Wedge's runtime. Each of these does nothing, or the like of it on real
// threads, where the runtime is not there.
//
// This library is not instrumented, and its own lock orders nothing that the runtime could see: what it tells here is
// all that counts as synchronisation. So two calls are not ordered because both happened to look at the device, but
// because the CUDA runtime promises that they are.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wedge/stream_table.h>

namespace wedge::gpu {

// A word that stands for something that calls look at or change. Each of these is a point, tells the search what the
// call has to do with others, and leaves the word as it is. A loop that only looks is seen to poll.
using Word = std::uint32_t;
void look(const Word& word);
void touch(Word& word);

// The caller's past is handed over to whoever takes it up at the same address.
void hand_over(const void* address);
void take_up(const void* address);

// What the device does to the program's memory.
void note_read(const void* address, std::size_t size);
void note_write(const void* address, std::size_t size);
class Unseen {  // what this thread does to memory meanwhile is no business of the race detector
 public:
  Unseen();
  ~Unseen();
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
};

// Sleeps while `word` has that value; wake_all() ends it. May return early.
void sleep_on(const std::uint32_t& word, std::uint32_t while_it_is);
void wake_all(std::uint32_t& word);

// A fault that may happen does: a choice of the schedule. Without the runtime it never does.
bool chosen();
// The program broke a rule of the API. Returns if that is not reported, or the runtime is not there.
void misuse(const std::string& text);
// `explain` is asked when an execution hangs; `now` is the virtual time.
void explain_hangs(std::string (*explain)(std::chrono::nanoseconds now));
// Where to put what streams did; null unless a hang is being explained.
StreamTable* table_of_hang();
// The number of the calling task, as reports have it.
std::uint32_t current_task();
// Virtual time as the program sees it. A point.
std::chrono::nanoseconds now();

}  // namespace wedge::gpu
