// What tasks learn from each other by synchronising, as vector clocks.
#include "harness/runtime/memory/order.h"

#include "harness/runtime/memory/address_table.h"
#include "harness/runtime/memory/shadow.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime::memory {

bool watching = false;

namespace {

struct Atomic {
  Clock* clock;
};
AddressTable<Atomic> atomics;

Epoch highest = 0;

// What the task does from now on is not covered by what it has handed out.
void begin_epoch(Task& task) {
  const Epoch epoch = task.order.epoch + 1;
  task.order.epoch = epoch;
  task.order.clock.set(task.id, epoch);
  if (epoch > highest) highest = epoch;
}

bool acquires(int order) { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
bool releases(int order) { return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST; }

Clock& made(Clock*& clock) {
  if (clock == nullptr) clock = make_clock();
  return *clock;
}

Clock*& clock_at(const void* address) {
  note_atomic(address);
  return atomics.at(reinterpret_cast<std::uintptr_t>(address)).clock;
}

const Clock* known_at(const void* address) {
  const Atomic* known = atomics.find(reinterpret_cast<std::uintptr_t>(address));
  return known != nullptr ? known->clock : nullptr;
}

// A relaxed load hands nothing over by itself; an acquire fence behind it does.
void load_effect(Order& mine, const void* address, int order) {
  const Clock* carried = known_at(address);
  if (carried == nullptr) return;
  if (acquires(order))
    mine.clock.join(*carried);
  else
    made(mine.seen_relaxed).join(*carried);
}

// What a store carries: everything with a release order, else what was known at the last release fence.
const Clock* carried_by_store(const Order& mine, int order) {
  return releases(order) ? &mine.clock : mine.at_release_fence;
}

}  // namespace

bool begin_order(bool watch) {
  const bool reusable = advance_long_past(highest);
  if (!reusable) highest = 0;
  watching = watch;
  begin_clocks();
  atomics.forget_all();
  return reusable;
}

void begin_task(Task& task, Task* creator) {
  if (!watching) return;
  task.order.clock = {};
  task.order.epoch = long_past;
  if (creator != nullptr) {
    if (!mutated(Mutation::forget_create_order)) task.order.clock.join(creator->order.clock);
    begin_epoch(*creator);
  }
  begin_epoch(task);
}

void join_task(Task& task) {
  if (!watching || mutated(Mutation::forget_join_order)) return;
  scheduler.current->order.clock.join(task.order.clock);
  task.order.clock.give_back();  // nobody else can join it
}

void acquire_now(const Clock& clock) { scheduler.current->order.clock.join(clock); }

void release_now(Clock*& clock) {
  Task& me = *scheduler.current;
  made(clock).join(me.order.clock);
  begin_epoch(me);
}

void hand_over_now(Clock*& clock) {
  Task& me = *scheduler.current;
  made(clock).assign(me.order.clock);
  begin_epoch(me);
}

void share(Task& task, const Clock* clock) {
  if (watching && clock != nullptr) task.order.clock.join(*clock);
}

void acquire_address_now(const void* address) {
  if (const Clock* carried = known_at(address)) acquire_now(*carried);
}

void release_address_now(const void* address) { release_now(clock_at(address)); }

void atomic_now(const void* address, Effect effect, int order) {
  Task& me = *scheduler.current;
  if (effect != Effect::store && !mutated(Mutation::forget_acquire_order)) load_effect(me.order, address, order);
  if (effect == Effect::load) return;
  const Clock* carried = carried_by_store(me.order, order);
  if (mutated(Mutation::forget_release_order)) carried = nullptr;
  if (effect == Effect::store) {
    // It begins anew: what earlier stores carried does not reach whoever reads this one.
    if (carried != nullptr)
      made(clock_at(address)).assign(*carried);
    else if (const Atomic* known = atomics.find(reinterpret_cast<std::uintptr_t>(address)); known != nullptr)
      if (known->clock != nullptr) known->clock->forget_all();
  } else if (carried != nullptr) {
    made(clock_at(address)).join(*carried);  // a release sequence goes through it
  }
  if (releases(order)) begin_epoch(me);
}

void fence_now(int order) {
  Task& me = *scheduler.current;
  if (mutated(Mutation::forget_fence_order)) return;
  if (acquires(order) && me.order.seen_relaxed != nullptr) me.order.clock.join(*me.order.seen_relaxed);
  if (!releases(order)) return;
  made(me.order.at_release_fence).assign(me.order.clock);
  begin_epoch(me);
}

void forget_atomic(const void* address) { atomics.erase(reinterpret_cast<std::uintptr_t>(address)); }

}  // namespace wedge::runtime::memory
