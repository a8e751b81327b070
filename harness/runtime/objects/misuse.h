// Calls on synchronisation objects that POSIX leaves undefined: they end the execution and say why.
//
// What has a defined error code (error-checking and robust mutexes) is answered with it and is no misuse. Without
// scheduler.reports_misuse every call is answered as glibc answers it.
#pragma once

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

using model::MisuseKind;

// What made the call wrong: when, where, by whom.
struct Earlier {
  std::uint16_t task = model::no_task;
  std::uint64_t step = 0;
  std::uint32_t stack = 0;
};

// `object` may be null: a thread that is no task any more. Returns if misuse is not reported.
void report_misuse(MisuseKind kind, Operation operation, const Object* object, const Earlier& earlier = {});

[[gnu::cold]] void report_use_of_destroyed(const Object& object, Operation operation);
// Called after the point, too: somebody else may have come before.
[[gnu::always_inline]] inline void expect_alive(const Object& object, Operation operation) {
  if (object.destroyed) [[unlikely]]
    report_use_of_destroyed(object, operation);
}

// The end of an object's life: a point, and no misuse unless it is destroyed already, held or waited for.
void destroy_object(Object& object);
// A new life at a place where an object may still be in use.
void expect_unused(const Object* object);

Earlier taking_of(const Object& object);  // by its owner
Earlier waiting_since(const Task& task);

}  // namespace wedge::runtime
