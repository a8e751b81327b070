// A lock for many readers or one writer that is strictly first come, first served, as asynchronous runtimes have it.
//
// The rules, each of which a test pins down (fifo_rwlock_test.cpp):
//   * It is granted in the order of arrival. Readers that stand next to each other in the queue hold it together.
//   * A reader that comes after a waiting writer waits behind it, even while other readers hold the lock.
//   * Whoever gives it back hands it over: it belongs to the next in the queue before that one runs, and nobody who
//     comes meanwhile gets in between.
//   * It is not reentrant, and does not notice: who holds it and asks again waits for himself. A second reader's lock
//     of the same task is granted, unless a writer has come between.
//   * It belongs to no thread. Whoever is done with it may give it back, on any thread.
//
// The first and the last but one can be given up (LockRules), for theories that blame them.
//
// Two forms: blocking, for std::unique_lock and std::shared_lock; and `Acquisition`, which is polled, so that a wait
// can be given up. Any thread may use either. The lock knows the names of who holds it and who waits, for reports:
// nothing of that is on any stack when the waiters are suspended tasks.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/parker.h"

namespace primitives {

// How reports call the calling thread from now on. Requires: `name` lives as long as the thread, as a literal does.
void name_this_task(std::string_view name);

struct LockRules {
  // Otherwise whoever comes while it is free has it, and those who wait are woken and try again.
  bool in_order = true;
  // Who holds it for writing is granted it again. Tasks are told apart by their names.
  bool reentrant = false;
};

class FifoRwLock {
 public:
  enum class Mode { shared, exclusive };

  // `name` is for reports.
  explicit FifoRwLock(std::string name = "the lock", LockRules rules = {}) : name_(std::move(name)), rules_(rules) {}
  FifoRwLock(const FifoRwLock&) = delete;
  FifoRwLock& operator=(const FifoRwLock&) = delete;

  void lock();
  bool try_lock();
  void unlock();
  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();

  // One wish to hold the lock. It joins the queue at its first poll; its destructor leaves the queue, or gives back
  // what it holds. Belongs to the thread that made it.
  class Acquisition {
   public:
    Acquisition(FifoRwLock& lock, Mode mode);
    ~Acquisition();
    Acquisition(const Acquisition&) = delete;
    Acquisition& operator=(const Acquisition&) = delete;

    // Whether it holds the lock; if not, `waker` is told when it does.
    bool poll(const Waker& waker);
    // The lock is the caller's to give back now. Requires: poll() was true.
    void keep() { kept_ = true; }

   private:
    friend class FifoRwLock;

    FifoRwLock& lock_;
    const Mode mode_;
    const std::string_view task_;
    // Guarded by the lock's mutex.
    bool queued_ = false;
    bool granted_ = false;
    Waker waker_;
    bool kept_ = false;
  };

  // For reports. Requires: no other thread uses the lock, as when all are blocked for ever.
  // "held for writing by A; waiting, in this order: B to read, C to write"
  std::string describe_at_rest() const;
  // "A waits to read the table, which it holds itself for writing"; empty if nobody waits for himself.
  std::string self_wait_at_rest() const;

 private:
  struct Holder {
    Mode mode;
    std::string_view task;
  };

  bool is_free_for(Mode mode, std::string_view task) const;
  bool try_hold(Mode mode);
  void hold(Mode mode);
  void give_back(Mode mode);
  void grant_next(std::vector<Waker>& to_wake);

  const std::string name_;
  const LockRules rules_;
  mutable std::mutex mutex_;
  std::vector<Holder> holders_;       // many readers, or one writer
  std::deque<Acquisition*> waiting_;  // in order: not empty only while somebody holds the lock
};

}  // namespace primitives
