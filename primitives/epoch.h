// Deferred reclamation by epochs, with the rules of a well-known library: work that is deferred runs when somebody
// collects at the right moment, and nobody has to.
//
// The rules, each of which a test pins down (epoch_test.cpp):
//   * A thread that may read shared objects is *pinned* while it does: it publishes the global epoch that it saw.
//   * defer() puts work into the bag of the calling thread. A full bag leaves the thread when the next work comes; then
//     it is sealed with the global epoch of that moment and joins the queue that all threads share.
//   * Only pin() and flush() collect. The 1st, 129th, 257th ... outermost pin of a thread does; a nested one never.
//   * To collect is to advance the global epoch by one, unless a thread is pinned at another epoch, and then to run the
//     front bags of the queue whose seal is two or more behind, eight bags at most, here and now.
//   * flush() hands over the bag of the calling thread, and collects. The caller is pinned, so a second flush under the
//     same guard finds the epoch held back by its own caller.
//   * A thread that ends hands over its bag, even an empty one, and leaves it to others to run it.
//
// Left out: a walk over the threads that gives up because another thread leaves the list meanwhile; the record of a
// thread that has left, which the original defers, too. In the original a bag is private to its thread. Here a lock
// guards it, so that a report can say where work sits while its thread sleeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace primitives {

struct EpochRules {
  std::size_t slots_of_a_bag = 64;
  std::uint64_t pins_between_collections = 128;
  std::size_t bags_per_collection = 8;
  std::uint64_t advances_until_expired = 2;
};

// One piece of deferred work, by its number in the order of deferring. 0: none.
using Ticket = std::uint64_t;

struct PinnedThread {
  std::string name;
  std::uint64_t epoch = 0;  // at which it is pinned

  bool operator==(const PinnedThread&) const = default;
};

// Where a piece of deferred work is, and what holds it back.
struct Whereabouts {
  enum class Place { unknown, in_bag, in_queue, taken_out };

  Place place = Place::unknown;
  std::string what;
  std::string owner;      // the thread that deferred it
  std::size_t slot = 0;   // of its bag, from 1
  std::size_t slots = 0;  // of each bag
  std::uint64_t sealed = 0;
  std::size_t bags_before = 0;  // in the queue
  std::uint64_t epoch = 0;      // the global one, now
  std::uint64_t expires = 0;    // the epoch from which a collection may run it; 0: not sealed yet
  std::vector<PinnedThread> pinned;
};

// "the destructor of A sits in slot 3 of 64 of the bag of thread UI, which nobody has handed over; ..."
std::string describe(const Whereabouts& whereabouts);

struct EpochState;
struct EpochLocal;

// Keeps the calling thread pinned. Belongs to the thread that made it.
class Guard {
 public:
  Guard(Guard&& other) noexcept;
  Guard& operator=(Guard&&) = delete;
  ~Guard();

  // Runs `work` some time after every thread that is pinned now has unpinned, if at all. `what` is for reports.
  Ticket defer(std::function<void()> work, std::string what = {});
  void flush();
  // Pins anew at the epoch of now, unless an outer guard is older.
  void repin();
  // Unpinned during `work`, then pinned anew.
  void repin_after(const std::function<void()>& work);

 private:
  friend class Collector;
  Guard(EpochState& state, EpochLocal& local) : state_(&state), local_(&local) {}

  EpochState* state_;
  EpochLocal* local_;
};

// One domain of reclamation. Any thread may use it; each is registered at its first use and leaves when it ends.
// A collector lives as long as its owner wants, so that a program can have one for each of many runs.
class Collector {
 public:
  explicit Collector(EpochRules rules = {});
  // Runs whatever is left, on this thread. Requires: nobody is pinned, and no thread uses the collector any more.
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  Guard pin();
  // How reports call the calling thread; otherwise it is "number N", in the order of first use.
  void name_this_thread(std::string_view name);

  // For reports and tests; the original has none of these.
  Whereabouts whereabouts(Ticket ticket) const;
  // The same without the lock. Requires: no other thread uses the collector, as when all are blocked for ever.
  Whereabouts whereabouts_at_rest(Ticket ticket) const;
  std::vector<PinnedThread> pinned_threads() const;
  std::uint64_t epoch() const;
  bool this_thread_is_pinned();
  std::uint64_t pins_of_this_thread();  // the outermost ones, so far

 private:
  std::shared_ptr<EpochState> state_;
};

}  // namespace primitives
