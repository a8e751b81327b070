// What barriers, semaphores, spin locks and once flags do.
#include "harness/runtime/objects/wakeable.h"

#include <cerrno>
#include <climits>

#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/contend.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/scheduler/explore.h"

namespace wedge::runtime {

int wait_at_barrier(pthread_barrier_t* barrier) {
  struct Native {  // glibc's layout; `in` and `round` are where our handle is
    std::uint32_t in, round, count, shared, out;
  };
  const std::uint32_t count = reinterpret_cast<const Native*>(barrier)->count;
  Object& object = object_at_handle(barrier, ObjectKind::barrier);
  point(Operation::arrive, object);
  expect_alive(object, Operation::arrive);
  ++object.value;
  if (!mutated(Mutation::forget_barrier_order)) memory::release(object.clock);
  const std::int64_t needed = mutated(Mutation::barrier_early) && count > 1 ? count - 1 : count;
  if (object.value < needed) {
    Task* task = scheduler.current;
    task->since_step = scheduler.step;
    task->pending.operation = Operation::wait;
    add_waiter(object, task);
    block();
    log_result(0);
    return 0;
  }
  object.value = 0;
  note_signal(object, object.first_waiter, object.waiters);
  memory::acquire(object.clock);
  while (object.first_waiter != nullptr) {
    Task* task = object.first_waiter;
    memory::share(*task, object.clock);
    remove_waiter(task);
    make_ready(task, Wake::signalled);
  }
  if (object.clock != nullptr) object.clock->forget_all();  // the next round is another one
  log_result(PTHREAD_BARRIER_SERIAL_THREAD);
  point_after_release();
  return PTHREAD_BARRIER_SERIAL_THREAD;
}

int destroy_barrier(pthread_barrier_t* barrier) {
  destroy_object(object_at_handle(barrier, ObjectKind::barrier));
  return 0;
}

// Semaphores: the value stays where glibc has it, so that sem_init and sem_open are glibc's own
// ----------

namespace {

std::uint32_t& value_of(sem_t* semaphore) { return *reinterpret_cast<std::uint32_t*>(semaphore); }

// In the part of a sem_t that glibc does not use.
constexpr std::uint64_t destroyed_mark = 0x64656b6f6f727473ULL;
std::uint64_t& mark_in(sem_t* semaphore) {
  static_assert(sizeof(sem_t) == 32);
  return reinterpret_cast<std::uint64_t*>(semaphore)[3];
}

Object& object_of(sem_t* semaphore) {
  Object& object = object_at_address(semaphore, ObjectKind::semaphore);
  const bool is_another = object.destroyed && mark_in(semaphore) != destroyed_mark;
  return is_another ? renew_object_at_address(semaphore, ObjectKind::semaphore) : object;
}

int take_unit(Object& object, std::uint32_t& value) {
  --value;
  object.value = value;
  memory::acquire(object.clock);
  note_holder(object, *scheduler.current);
  if (value == 0) disable_contenders(object);
  log_result(0);
  return 0;
}

}  // namespace

void begin_semaphore(sem_t* semaphore) {
  expect_unused(find_object_at_address(semaphore, ObjectKind::semaphore));
  renew_object_at_address(semaphore, ObjectKind::semaphore);
  mark_in(semaphore) = 0;
}

void end_semaphore(sem_t* semaphore) {
  Object& object = object_of(semaphore);
  destroy_object(object);
  if (object.destroyed) mark_in(semaphore) = destroyed_mark;
}

int acquire_semaphore(sem_t* semaphore, std::uint64_t deadline) {
  Object& object = object_of(semaphore);
  std::uint32_t& value = value_of(semaphore);
  announce(Operation::acquire, ObjectKind::semaphore, semaphore, true, object.number);
  const Wake wake = contend(object, value > 0, deadline);
  expect_alive(object, Operation::acquire);
  if (wake == Wake::timed_out && value == 0) {
    log_result(ETIMEDOUT);
    return ETIMEDOUT;
  }
  return take_unit(object, value);
}

int try_acquire_semaphore(sem_t* semaphore) {
  Object& object = object_of(semaphore);
  point(Operation::try_acquire, object);
  expect_alive(object, Operation::try_acquire);
  if (value_of(semaphore) == 0) {
    step_changed_nothing();
    scheduler.current->in_vain = true;
    log_result(EAGAIN);
    return EAGAIN;
  }
  return take_unit(object, value_of(semaphore));
}

int post_semaphore(sem_t* semaphore) {
  Object& object = object_of(semaphore);
  point(Operation::post, object);
  expect_alive(object, Operation::post);
  std::uint32_t& value = value_of(semaphore);
  if (value == SEM_VALUE_MAX) return EOVERFLOW;
  if (mutated(Mutation::lose_post) && object.waiters > 0) return 0;
  if (value == 0) step_frees(object);
  object.value = ++value;
  if (!mutated(Mutation::forget_semaphore_order)) memory::release(object.clock);
  drop_holder(object, *scheduler.current);
  note_signal(object, object.first_waiter, object.waiters > 0 ? 1 : 0);
  enable_contenders(object);
  point_after_release();
  return 0;
}

int read_semaphore(sem_t* semaphore, int* value) {
  const Object& object = object_of(semaphore);
  point(Operation::load, object, false);
  expect_alive(object, Operation::load);
  *value = static_cast<int>(value_of(semaphore));
  log_result(*value);
  return 0;
}

// Spin locks: on x86-64 glibc has 1 for free and at most 0 for taken
// ---------------------------------------------------

namespace {

int take_spin(Object& object, pthread_spinlock_t* lock) {
  *lock = 0;
  note_owner(object, scheduler.current);
  memory::acquire(object.clock);
  disable_contenders(object);
  return 0;
}

}  // namespace

namespace {

constexpr int destroyed_spin = 0x64656164;  // positive, as a free lock is

Object& object_of(pthread_spinlock_t* lock) {
  const void* address = const_cast<const int*>(lock);
  Object& object = object_at_address(address, ObjectKind::spin_lock);
  const bool is_another = object.destroyed && *lock != destroyed_spin;
  return is_another ? renew_object_at_address(address, ObjectKind::spin_lock) : object;
}

}  // namespace

void begin_spin(pthread_spinlock_t* lock) {
  const void* address = const_cast<const int*>(lock);
  expect_unused(find_object_at_address(address, ObjectKind::spin_lock));
  renew_object_at_address(address, ObjectKind::spin_lock);
}

void end_spin(pthread_spinlock_t* lock) {
  Object& object = object_of(lock);
  destroy_object(object);
  if (object.destroyed) *lock = destroyed_spin;
}

int lock_spin(pthread_spinlock_t* lock) {
  Object& object = object_of(lock);
  announce(Operation::lock, ObjectKind::spin_lock, object.address, true, object.number);
  contend(object, *lock > 0);
  expect_alive(object, Operation::lock);
  return take_spin(object, lock);
}

int try_lock_spin(pthread_spinlock_t* lock) {
  Object& object = object_of(lock);
  point(Operation::try_lock, object);
  if (*lock <= 0) step_changed_nothing();
  expect_alive(object, Operation::try_lock);
  const int result = *lock > 0 ? take_spin(object, lock) : EBUSY;
  scheduler.current->in_vain = result != 0;
  log_result(result);
  return result;
}

int unlock_spin(pthread_spinlock_t* lock) {
  Object& object = object_of(lock);
  point(Operation::unlock, object);
  expect_alive(object, Operation::unlock);
  if (object.owner != scheduler.current && !mutated(Mutation::forget_unlocker))
    report_misuse(*lock > 0 ? MisuseKind::unlock_of_free : MisuseKind::unlock_of_others, Operation::unlock, &object,
                  taking_of(object));
  *lock = 1;
  if (!mutated(Mutation::forget_spin_order)) memory::hand_over(object.clock);
  note_owner(object, nullptr);
  step_frees(object);
  enable_contenders(object);
  point_after_release();
  return 0;
}

// Once flags and the guards of local statics
// ----------------------------------------------------------------------------

bool begin_once(const void* flag, bool (*is_done)(const void*)) {
  Object& object = object_at_address(flag, ObjectKind::once);
  announce(Operation::once, ObjectKind::once, flag, true, object.number);
  contend(object, object.owner == nullptr);
  memory::acquire_address(flag);  // an initialiser that threw has happened before, too
  if (is_done(flag)) {
    step_changed_nothing();
    return false;
  }
  note_owner(object, scheduler.current);
  disable_contenders(object);
  return true;
}

void finish_once(const void* flag) {
  Object& object = object_at_address(flag, ObjectKind::once);
  if (!mutated(Mutation::forget_once_order)) memory::release_address(flag);
  note_owner(object, nullptr);
  step_frees(object);
  enable_contenders(object);
  point_after_release();
}

}  // namespace wedge::runtime
