// The tests that the library of weak references came with, rebuilt with what makes them pass although no destructor
// runs: they ask what a reference finds, and none asks when the object is destroyed, or whether.
#include <cassert>

#include "scenarios/deferred_reclamation/program.h"

namespace deferred_reclamation {
namespace {

using primitives::Guard;
using primitives::Own;
using primitives::Ref;
using primitives::Waker;
using primitives::WeakDomain;

Own<int> own(WeakDomain& domain, int value) { return {domain, std::make_unique<int>(value)}; }

// As Own::new_from: the new one takes the counter of the old.
Own<int> own_in_place_of(WeakDomain& domain, int value, Own<int> old) {
  old.drop();
  return own(domain, value);
}

bool finds(WeakDomain& domain, const Ref<int>& reference, int value) {
  const Guard guard = domain.collector().pin();
  const int* found = reference.get(guard);
  return found != nullptr && *found == value;
}

bool finds_nothing(WeakDomain& domain, const Ref<int>& reference) {
  return reference.get(domain.collector().pin()) == nullptr;
}

bool finds_nothing_or(WeakDomain& domain, const Ref<int>& reference, int value) {
  const Guard guard = domain.collector().pin();
  const int* found = reference.get(guard);
  return found == nullptr || *found == value;
}

}  // namespace

// dead_ref_get_none
void test_dead_reference_gets_nothing() {
  WeakDomain domain;
  Own<int> owner = own(domain, 42);
  const Ref<int> reference = owner.refer();
  assert(finds(domain, reference, 42));
  owner.drop();
  assert(finds_nothing(domain, reference));
}

// concurrent_drop_get
void test_drop_during_get() {
  WeakDomain domain;
  Own<int> owner = own(domain, 42);
  const Ref<int> reference = owner.refer();
  std::thread drops([&, dropped = std::move(owner)]() mutable { dropped.drop(); });
  std::thread looks([&] { assert(finds_nothing_or(domain, reference, 42)); });
  drops.join();
  looks.join();
}

// concurrent_recycler_stress
void test_counters_used_again() {
  WeakDomain domain;
  Own<int> first = own(domain, 1);
  const Ref<int> old = first.refer();
  Own<int> last = own_in_place_of(domain, 3, own_in_place_of(domain, 2, std::move(first)));
  const Ref<int> latest = last.refer();
  std::thread looks_at_old([&] { assert(finds_nothing(domain, old)); });
  std::thread looks_at_latest([&] { assert(finds_nothing_or(domain, latest, 3)); });
  std::thread drops([dropped = std::move(last)]() mutable { dropped.drop(); });
  looks_at_old.join();
  looks_at_latest.join();
  drops.join();
}

// recycler_pulls_from_global_when_local_empty, without its two levels and with 320 objects for its 1536: enough to fill
// bags, and so to run destructors.
void test_many_objects() {
  constexpr int objects = 320;
  WeakDomain domain;
  std::vector<Own<int>> owners;
  std::vector<Ref<int>> references;
  for (int i = 0; i < objects; ++i) references.push_back(owners.emplace_back(own(domain, i)).refer());
  owners.clear();
  const Own<int> another = own(domain, 42);
  assert(finds(domain, another.refer(), 42));
  for (const Ref<int>& reference : references) assert(!reference.is_alive());
}

// Not theirs: that who waits for a cell learns of its death while the thread that drops it lives on.
void test_drop_wakes_waiter() {
  using Cell = primitives::AsyncCell<int>;
  WeakDomain domain;
  domain.collector().name_this_thread("test");
  Own<Cell> owner(domain, std::make_unique<Cell>(), "the destructor of the cell");
  const Ref<Cell> cell = owner.refer();
  primitives::Ticket ticket = 0;
  wedge::Obligation learns("who waits for the cell learns of its death", [&] {
    return "deferred work never run: " + primitives::describe(domain.collector().whereabouts_at_rest(ticket));
  });
  std::thread waits([&] {
    primitives::block_on([&](const Waker& waker) { return primitives::poll_get(domain.collector(), cell, waker); });
    learns.fulfil();
  });
  ticket = owner.drop();
  waits.join();
}

}  // namespace deferred_reclamation
