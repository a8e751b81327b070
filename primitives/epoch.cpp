// The rules of epoch.h.
#include "primitives/epoch.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace primitives {
namespace {

struct Deferred {
  Ticket ticket;
  std::function<void()> work;
  std::string what;
};

struct Bag {
  std::string owner;
  std::uint64_t sealed = 0;
  std::vector<Deferred> slots;
};

constexpr std::uint64_t unpinned = 0;
constexpr std::uint64_t pinned_at(std::uint64_t epoch) { return epoch << 1 | 1; }
constexpr std::uint64_t epoch_in(std::uint64_t word) { return word >> 1; }

}  // namespace

// What one thread has of one collector. Only that thread touches `guards` and `pins`.
struct EpochLocal {
  std::atomic<std::uint64_t> word{unpinned};
  std::size_t guards = 0;
  std::uint64_t pins = 0;
  Bag bag;  // under the lock of the state; the owner's name is the thread's
};

struct EpochState {
  explicit EpochState(EpochRules the_rules) : rules(the_rules) {}

  const EpochRules rules;
  std::atomic<std::uint64_t> epoch{0};
  mutable std::mutex mutex;
  // All under the lock.
  std::vector<EpochLocal*> locals;
  std::deque<Bag> queue;
  Ticket last_ticket = 0;
  std::size_t threads_seen = 0;
  bool closed = false;

  void add(EpochLocal& local);
  void remove(EpochLocal& local);
  void pin(EpochLocal& local);
  static void unpin(EpochLocal& local);
  Ticket defer(EpochLocal& local, std::function<void()> work, std::string what);
  void push_bag(EpochLocal& local);
  void collect(EpochLocal& local);
  std::uint64_t try_advance();
  std::optional<Bag> take_expired(EpochLocal& local, std::uint64_t now);
  void run_all();
  std::vector<PinnedThread> pinned_threads() const;

 private:
  Ticket put(EpochLocal& local, std::function<void()> work, std::string what);
  void seal(EpochLocal& local);
};

namespace {

// What a thread has of all its collectors; a list and no map, so that nothing is left allocated once it is empty.
struct Handle {
  std::shared_ptr<EpochState> state;
  EpochLocal local;
  std::unique_ptr<Handle> next;
};

bool is_closed(const EpochState& state) {
  const std::lock_guard lock(state.mutex);
  return state.closed;
}

class Handles {
 public:
  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  // The thread ends.
  ~Handles() {
    while (first_ != nullptr) {
      if (!is_closed(*first_->state)) first_->state->remove(first_->local);
      first_ = std::move(first_->next);
    }
  }

  EpochLocal& of(const std::shared_ptr<EpochState>& state) {
    for (Handle* handle = first_.get(); handle != nullptr; handle = handle->next.get())
      if (handle->state == state) return handle->local;
    forget_closed();
    auto handle = std::make_unique<Handle>();
    handle->state = state;
    handle->next = std::move(first_);
    first_ = std::move(handle);
    state->add(first_->local);
    return first_->local;
  }

  void forget_closed() {
    for (std::unique_ptr<Handle>* link = &first_; *link != nullptr;)
      if (is_closed(*(*link)->state))
        *link = std::move((*link)->next);
      else
        link = &(*link)->next;
  }

 private:
  std::unique_ptr<Handle> first_;
};

thread_local Handles handles;

void run(Bag bag) {
  for (Deferred& deferred : bag.slots) deferred.work();
}

}  // namespace

void EpochState::add(EpochLocal& local) {
  const std::lock_guard lock(mutex);
  local.bag.owner = "number " + std::to_string(++threads_seen);
  locals.push_back(&local);
}

// As in the original: the last pin may collect, and the bag goes even when nothing is in it.
void EpochState::remove(EpochLocal& local) {
  pin(local);
  push_bag(local);
  unpin(local);
  const std::lock_guard lock(mutex);
  std::erase(locals, &local);
}

void EpochState::pin(EpochLocal& local) {
  if (local.guards++ > 0) return;
  local.word = pinned_at(epoch);
  if (local.pins++ % rules.pins_between_collections == 0) collect(local);
}

void EpochState::unpin(EpochLocal& local) {
  if (--local.guards == 0) local.word.store(unpinned, std::memory_order_release);
}

Ticket EpochState::put(EpochLocal& local, std::function<void()> work, std::string what) {
  if (local.bag.slots.size() == rules.slots_of_a_bag) seal(local);
  local.bag.slots.push_back({++last_ticket, std::move(work), std::move(what)});
  return last_ticket;
}

Ticket EpochState::defer(EpochLocal& local, std::function<void()> work, std::string what) {
  const std::lock_guard lock(mutex);
  return put(local, std::move(work), std::move(what));
}

// The seal is the global epoch of now, which can be one ahead of the one at which the thread is pinned.
void EpochState::seal(EpochLocal& local) {
  Bag full{local.bag.owner, epoch, {}};
  std::swap(full.slots, local.bag.slots);
  queue.push_back(std::move(full));
}

void EpochState::push_bag(EpochLocal& local) {
  const std::lock_guard lock(mutex);
  seal(local);
}

std::uint64_t EpochState::try_advance() {
  const std::lock_guard lock(mutex);
  const std::uint64_t now = epoch;
  for (const EpochLocal* local : locals) {
    const std::uint64_t word = local->word;
    if (word != unpinned && epoch_in(word) != now) return now;
  }
  epoch = now + 1;
  return now + 1;
}

// The first that is too young hides all behind it. What the queue kept a bag in is itself deferred by whoever takes
// the bag out, as in the original.
std::optional<Bag> EpochState::take_expired(EpochLocal& local, std::uint64_t now) {
  const std::lock_guard lock(mutex);
  if (queue.empty() || queue.front().sealed + rules.advances_until_expired > now) return std::nullopt;
  Bag bag = std::move(queue.front());
  queue.pop_front();
  put(
      local, [] {}, "a node of the queue");
  return bag;
}

// Runs the work on the calling thread, without the lock: it may pin, defer and wake.
void EpochState::collect(EpochLocal& local) {
  const std::uint64_t now = try_advance();
  for (std::size_t i = 0; i < rules.bags_per_collection; ++i) {
    std::optional<Bag> bag = take_expired(local, now);
    if (!bag) return;
    run(*std::move(bag));
  }
}

// The end of the collector. What runs may defer more, on this thread.
void EpochState::run_all() {
  for (;;) {
    Bag all;
    {
      const std::lock_guard lock(mutex);
      const auto take = [&all](Bag& bag) {
        std::ranges::move(bag.slots, std::back_inserter(all.slots));
        bag.slots.clear();
      };
      std::ranges::for_each(queue, take);
      queue.clear();
      for (EpochLocal* local : locals) take(local->bag);
      closed = all.slots.empty();
      if (closed) return;
    }
    run(std::move(all));
  }
}

std::vector<PinnedThread> EpochState::pinned_threads() const {
  std::vector<PinnedThread> pinned;
  for (const EpochLocal* local : locals)
    if (const std::uint64_t word = local->word; word != unpinned) pinned.push_back({local->bag.owner, epoch_in(word)});
  return pinned;
}

Guard::Guard(Guard&& other) noexcept : state_(std::exchange(other.state_, nullptr)), local_(other.local_) {}

Guard::~Guard() {
  if (state_ != nullptr) EpochState::unpin(*local_);
}

Ticket Guard::defer(std::function<void()> work, std::string what) {
  return state_->defer(*local_, std::move(work), std::move(what));
}

void Guard::flush() {
  bool empty = false;
  {
    const std::lock_guard lock(state_->mutex);
    empty = local_->bag.slots.empty();
  }
  if (!empty) state_->push_bag(*local_);
  state_->collect(*local_);
}

void Guard::repin() {
  if (local_->guards == 1) local_->word = pinned_at(state_->epoch);
}

void Guard::repin_after(const std::function<void()>& work) {
  EpochState::unpin(*local_);
  work();
  state_->pin(*local_);
}

Collector::Collector(EpochRules rules) : state_(std::make_shared<EpochState>(rules)) {}

Collector::~Collector() {
  state_->run_all();
  handles.forget_closed();
}

Guard Collector::pin() {
  EpochLocal& local = handles.of(state_);
  state_->pin(local);
  return {*state_, local};
}

void Collector::name_this_thread(std::string_view name) {
  EpochLocal& local = handles.of(state_);
  const std::lock_guard lock(state_->mutex);
  local.bag.owner = name;
}

Whereabouts Collector::whereabouts(Ticket ticket) const {
  const std::lock_guard lock(state_->mutex);
  return whereabouts_at_rest(ticket);
}

Whereabouts Collector::whereabouts_at_rest(Ticket ticket) const {
  Whereabouts found;
  found.slots = state_->rules.slots_of_a_bag;
  found.epoch = state_->epoch;
  found.pinned = state_->pinned_threads();
  if (ticket == 0 || ticket > state_->last_ticket) return found;
  found.place = Whereabouts::Place::taken_out;
  const auto look_into = [&](const Bag& bag, Whereabouts::Place place) {
    const auto at = std::ranges::find(bag.slots, ticket, &Deferred::ticket);
    if (at == bag.slots.end()) return false;
    found.place = place;
    found.what = at->what;
    found.owner = bag.owner;
    found.slot = static_cast<std::size_t>(at - bag.slots.begin()) + 1;
    return true;
  };
  for (const EpochLocal* local : state_->locals)
    if (look_into(local->bag, Whereabouts::Place::in_bag)) return found;
  for (const Bag& bag : state_->queue) {
    if (look_into(bag, Whereabouts::Place::in_queue)) {
      found.sealed = bag.sealed;
      found.expires = bag.sealed + state_->rules.advances_until_expired;
      return found;
    }
    ++found.bags_before;
  }
  return found;
}

std::vector<PinnedThread> Collector::pinned_threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->pinned_threads();
}

std::uint64_t Collector::epoch() const { return state_->epoch; }

bool Collector::this_thread_is_pinned() { return handles.of(state_).guards > 0; }

std::uint64_t Collector::pins_of_this_thread() { return handles.of(state_).pins; }

}  // namespace primitives
