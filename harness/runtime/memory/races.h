// From two accesses that nothing orders to a race in the result: told once, named, and perhaps known or benign.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/memory/shadow.h"

namespace wedge::runtime::memory {

// Forgets the races of the execution before, and reads which places the request knows.
void begin_races(const model::Request& request);

void on_race(const Cell& earlier, const Access& later, std::uintptr_t address, std::uint32_t bytes);

// What a cell keeps as the place of an access: its return address, or while events are logged the number of a note with
// all about it.
using Remember = std::uint64_t (*)(std::uint64_t pc);
Remember remember_accesses();  // null: return addresses are all there is

// Whether a plain access there is a point.
extern bool any_point;
bool is_point(const void* pc);

// The program declares races for these bytes harmless.
void declare_benign(const void* address, std::size_t size, const char* reason, std::size_t reason_length);

// The execution has otherwise ended well: reports its first race that is news, if it has one. Does not return then.
void report_race_if_any();

}  // namespace wedge::runtime::memory
