// A task: a controlled thread. What it is about to do, what it waits for, and what must happen when it ends.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/carrier/context.h"
#include "harness/runtime/memory/order.h"

struct pollfd;

namespace wedge::runtime {

struct Object;

// What a task will do when it is chosen next. `key` tells operations on different things apart: strategies compare it.
struct PendingOperation {
  const void* key = nullptr;
  model::Operation operation = model::Operation::none;
  model::ObjectKind kind = model::ObjectKind::none;
  bool writes = false;
  std::uint32_t object = 0;  // number of the object in this execution; 0: named by key only
  std::uint32_t stack = 0;   // where; only while events are logged
};

// Why a blocked task goes on.
enum class Wake : std::uint8_t { none, signalled, timed_out, spurious };

struct ThreadLocalDestructor {
  void (*function)(void*);
  void* object;
  ThreadLocalDestructor* next;
};

inline constexpr std::uint64_t no_deadline = ~std::uint64_t{0};
inline constexpr std::uint32_t not_enabled = ~std::uint32_t{0};
inline constexpr std::size_t shadow_depth = 512;

struct Task {
  std::uint16_t id = 0;
  std::uint16_t parent = model::no_task;
  model::TaskState state = model::TaskState::ready;
  bool detached = false;
  bool yielded = false;   // asked that somebody else go first; cleared when chosen
  bool labelled = false;  // its next operation is behind a wedge::note(); kept while what tasks do is noted down
  bool in_wait_list = false;
  Wake wake = Wake::none;
  std::uint32_t enabled_at = not_enabled;  // position in the scheduler's enabled list
  PendingOperation pending;
  std::uint64_t since_step = 0;
  // While states are compared: from here on its stack holds all that it has, the registers that calls preserve
  // included.
  const char* frame = nullptr;
  // Under the fair suffix: what it does now, whether that was only tried, and how often it has been so.
  model::Operation watched = model::Operation::none;
  bool in_vain = false;
  std::uint64_t vain_steps = 0;
  std::uint64_t good_steps = 0;
  std::uint32_t own_steps = 0;  // counted only in guided executions
  Context* context = nullptr;

  // Waiting. A task is in the list of at most one object at a time.
  Object* waits_on = nullptr;
  Task* wait_next = nullptr;
  Task* wait_previous = nullptr;
  std::uint64_t deadline = no_deadline;  // virtual time at which its wait times out
  std::uint32_t timer_at = not_enabled;  // position in the scheduler's list of timed waits
  std::uint32_t gave_up_mutex = 0;       // object number, while in a condition wait
  std::uint32_t futex_bits = 0;
  bool wants_shared = false;  // rwlock: a reader
  bool is_blocked_writer = false;
  struct pollfd* descriptors = nullptr;  // waiting for one of these to be ready
  std::uint32_t descriptor_count = 0;
  bool wakes_on_any_change = false;  // of any descriptor: asking for its own would tell nothing

  // Life and death.
  void* (*function)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  Task* joiner = nullptr;
  Task* joins = nullptr;
  bool joined = false;
  bool exiting = false;
  bool started = false;
  void* exit_target = nullptr;    // jmp_buf of the task's outermost frame, for pthread_exit
  std::uintptr_t exit_frame = 0;  // the stack address beyond which unwinding must not go
  void* cleanup = nullptr;        // innermost pthread_cleanup_push of C code
  ThreadLocalDestructor* destructors = nullptr;
  std::uint32_t create_stack = 0;
  std::uint64_t created_step = 0;
  std::uint64_t joined_step = 0;  // 0: nobody has joined it
  std::uint16_t joined_by = model::no_task;
  std::uint32_t final_stack = 0;      // where it stood when the execution ended
  std::uint32_t clock_reads = 0;      // since it last blocked: a loop that polls the clock must see time pass
  std::uint64_t blocked_signals = 0;  // its signal mask, as it sees it; the kernel's stays as it is
  std::uint8_t processors = 0x0f;     // those it may run on, as it sees it: one bit for each virtual one
  char name[16] = {};
  bool named = false;  // by pthread_setname_np, not by inheritance

  // Calls it is in, from __tsan_func_entry; the innermost `shadow_depth` at most.
  const void** shadow = nullptr;
  std::uint32_t shadow_count = 0;

  memory::Order order;  // what it knows of the others, for the race detector
};

// Runs the task that was given to the calling context, then the next one given to it, for ever.
[[noreturn]] void run_tasks_forever();

}  // namespace wedge::runtime
