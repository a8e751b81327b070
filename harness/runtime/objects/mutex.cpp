// What a mutex does, with glibc's error codes. The kind is read from the user's own pthread_mutex_t, where
// pthread_mutex_init and the static initialisers put it; the first eight bytes of it hold our handle.
#include "harness/runtime/objects/mutex.h"

#include <cerrno>

#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/contend.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/scheduler/explore.h"

namespace wedge::runtime {

namespace {

enum class Flavour : std::uint8_t { normal, recursive, error_checking };

std::uint32_t robust_held = 0;

struct Kind {
  bool valid;
  bool robust;
  Flavour flavour;
};

Kind kind_of(const pthread_mutex_t* mutex) {
  constexpr int robust_bit = 16;
  constexpr int known_bits = 3 | robust_bit | 32 | 64 | 128 | 256 | 512;
  heap::check_object(mutex, ObjectKind::mutex);  // before it is read
  const int kind = mutex->__data.__kind;
  if (kind & ~known_bits) return {false, false, Flavour::normal};
  const int type = kind & 3;
  const Flavour flavour = type == PTHREAD_MUTEX_RECURSIVE    ? Flavour::recursive
                          : type == PTHREAD_MUTEX_ERRORCHECK ? Flavour::error_checking
                                                             : Flavour::normal;
  return {true, (kind & robust_bit) != 0, flavour};
}

Object& object_of(pthread_mutex_t* mutex, const Kind& kind) {
  Object& object = object_at_handle(mutex, ObjectKind::mutex);
  object.flavour = static_cast<std::uint8_t>(kind.flavour);
  object.robust = kind.robust;
  return object;
}

// The kind is none that there is, as after destruction.
int not_a_mutex(pthread_mutex_t* mutex, Operation operation) {
  const Object* object = find_object_at_handle(mutex, ObjectKind::mutex);
  if (object != nullptr) expect_alive(*object, operation);
  return EINVAL;
}

// Only normal mutexes leave it open what happens when somebody unlocks them who does not hold them.
void expect_held(const Object& object, MisuseKind if_not, Operation operation) {
  const bool is_normal = static_cast<Flavour>(object.flavour) == Flavour::normal && !object.robust;
  if (!is_normal || object.owner == scheduler.current || mutated(Mutation::forget_unlocker)) return;
  report_misuse(if_not, operation, &object, taking_of(object));
}

int take(Object& object, Taking how = Taking::waiting) {
  note_taken(object, false, how);
  note_owner(object, scheduler.current);
  memory::acquire(object.clock);
  if (mutated(Mutation::forget_owner)) object.owner = nullptr;
  object.depth = 1;
  disable_contenders(object);
  if (mutated(Mutation::forget_owner)) enable_contenders(object);
  if (!object.robust) return 0;
  ++robust_held;
  if (object.not_recoverable) return ENOTRECOVERABLE;
  return object.inconsistent ? EOWNERDEAD : 0;
}

void release(Object& object) {
  if (!mutated(Mutation::forget_mutex_order)) memory::hand_over(object.clock);
  note_released(object);
  object.owner = nullptr;
  object.depth = 0;
  if (object.robust) --robust_held;
  step_frees(object);
  enable_contenders(object);
}

// The caller holds it already: what does locking again do? Returns -1 if it must wait for itself.
int relock(Object& object, bool trying) {
  switch (static_cast<Flavour>(object.flavour)) {
    case Flavour::recursive:
      if (object.depth == ~std::uint32_t{0}) return EAGAIN;
      ++object.depth;
      return 0;
    case Flavour::error_checking:
      if (trying) return EBUSY;
      return mutated(Mutation::wrong_error_code) ? EBUSY : EDEADLK;
    default:
      return trying ? EBUSY : -1;
  }
}

int finish_lock(Object& object, Taking how) {
  const int result = take(object, how);
  if (result == ENOTRECOVERABLE) release(object);
  log_result(result);
  return result;
}

}  // namespace

int lock_mutex(pthread_mutex_t* mutex, std::uint64_t deadline) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid) return not_a_mutex(mutex, Operation::lock);
  Object& object = object_of(mutex, kind);
  announce(Operation::lock, ObjectKind::mutex, mutex, true, object.number);
  if (object.owner == scheduler.current) {
    decide();
    const int result = relock(object, false);
    if (result >= 0) {
      log_result(result);
      return result;
    }
    announce(Operation::lock, ObjectKind::mutex, mutex, true, object.number);
  }
  const Wake wake = contend(object, object.owner == nullptr, deadline);
  expect_alive(object, Operation::lock);
  if (wake == Wake::timed_out && object.owner != nullptr) {
    log_result(ETIMEDOUT);
    return ETIMEDOUT;
  }
  return finish_lock(object, deadline == no_deadline ? Taking::waiting : Taking::trying);
}

int try_lock_mutex(pthread_mutex_t* mutex) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid) return not_a_mutex(mutex, Operation::try_lock);
  Object& object = object_of(mutex, kind);
  point(Operation::try_lock, object);
  expect_alive(object, Operation::try_lock);
  if (object.owner == scheduler.current) {
    const int result = relock(object, true);
    log_result(result);
    return result;
  }
  if (object.owner != nullptr) {
    step_changed_nothing();
    scheduler.current->in_vain = true;
    log_result(EBUSY);
    return EBUSY;
  }
  return finish_lock(object, Taking::trying);
}

int unlock_mutex(pthread_mutex_t* mutex) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid) return not_a_mutex(mutex, Operation::unlock);
  Object& object = object_of(mutex, kind);
  point(Operation::unlock, object);
  expect_alive(object, Operation::unlock);
  expect_held(object, object.owner == nullptr ? MisuseKind::unlock_of_free : MisuseKind::unlock_of_others,
              Operation::unlock);
  const bool checks = kind.flavour != Flavour::normal || kind.robust;
  if (checks && object.owner != scheduler.current) {
    log_result(EPERM);
    return EPERM;
  }
  if (object.depth > 1 && !mutated(Mutation::skip_recursion_count)) {
    --object.depth;
    return 0;
  }
  if (object.inconsistent) {
    object.inconsistent = false;
    object.not_recoverable = true;
  }
  if (object.owner != nullptr) release(object);
  point_after_release();
  return 0;
}

int destroy_mutex(pthread_mutex_t* mutex) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid) return not_a_mutex(mutex, Operation::destroy);
  Object& object = object_of(mutex, kind);
  destroy_object(object);
  if (object.owner != nullptr && !kind.robust) return EBUSY;
  if (!object.destroyed) {  // the handle stays, by which later calls are known to be wrong
    mutex->__data.__lock = 0;
    mutex->__data.__count = 0;
  }
  mutex->__data.__kind = -1;
  return 0;
}

int make_mutex_consistent(pthread_mutex_t* mutex) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid || !kind.robust) return EINVAL;
  Object& object = object_of(mutex, kind);
  if (!object.inconsistent) return EINVAL;
  object.inconsistent = false;
  return 0;
}

void expect_mutex_held(pthread_mutex_t* mutex, const Object& condition) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid || kind.robust || kind.flavour != Flavour::normal) return;
  const Object& object = object_of(mutex, kind);
  expect_alive(object, Operation::unlock);
  if (object.owner == scheduler.current || mutated(Mutation::forget_unlocker)) return;
  report_misuse(MisuseKind::wait_without_mutex, Operation::wait, &condition, taking_of(object));
}

bool is_mutex_numbered(pthread_mutex_t* mutex, std::uint32_t number) {
  return object_at_handle(mutex, ObjectKind::mutex).number == number;
}

int release_for_wait(pthread_mutex_t* mutex, std::uint32_t& depth) {
  const Kind kind = kind_of(mutex);
  if (!kind.valid) return EINVAL;
  Object& object = object_of(mutex, kind);
  if (kind.flavour != Flavour::normal && object.owner != scheduler.current) return EPERM;
  expect_alive(object, Operation::unlock);
  depth = 0;
  if (object.depth > 1) {  // like glibc, a wait gives up one level only
    depth = --object.depth;
    return 0;
  }
  if (object.owner != nullptr) release(object);
  if (mutated(Mutation::forget_wait_order)) object.clock = nullptr;
  scheduler.current->gave_up_mutex = object.number;
  return 0;
}

void contend_again(Task& task) {
  Object& object = object_numbered(task.gave_up_mutex);
  task.pending.operation = Operation::wake;
  task.pending.kind = ObjectKind::mutex;
  task.pending.key = object.address;
  task.pending.object = object.number;
  task.pending.writes = true;
  task.since_step = scheduler.step;
  add_waiter(object, &task);
  if (exploring()) explored_contender(task);
  if (object.owner == nullptr) enable(&task);
}

int take_after_wait(pthread_mutex_t* mutex, std::uint32_t depth) {
  Task* task = scheduler.current;
  Object& object = object_of(mutex, kind_of(mutex));
  remove_waiter(task);
  expect_alive(object, Operation::lock);
  task->gave_up_mutex = 0;
  if (depth > 0) {
    ++object.depth;
    return 0;
  }
  const int result = take(object);
  if (result == ENOTRECOVERABLE) release(object);
  return result;
}

void give_up_robust_mutexes(Task& task) {
  if (robust_held == 0) return;
  for (std::uint32_t i = 1; i < object_count(); ++i) {
    Object& object = object_numbered(i);
    if (object.kind != ObjectKind::mutex || !object.robust || object.owner != &task) continue;
    object.inconsistent = true;
    release(object);
  }
}

}  // namespace wedge::runtime
