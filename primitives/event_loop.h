// A single-threaded event loop over epoll: its tasks are coroutines, and what they wait for can be cancelled.
//
// The rules are trio's. A task is cancelled at a place where it waits and nowhere else: one that computes, or blocks
// the thread in a call of its own, cannot be cancelled, and holds up all the others. Everything here belongs to the
// thread in run(), but post() and the wakeup, which any thread may use.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/async.h"
#include "primitives/wakeup.h"

namespace primitives {

using Span = std::chrono::nanoseconds;
using Moment = std::chrono::steady_clock::time_point;

class EventLoop;
class Nursery;
struct LoopTask;

// What a wait ends in when a scope around it is cancelled. Not a std::exception, so that no handler of errors stops it.
struct Cancelled {};
// What the main task's wait ends in after a Ctrl-C, shielded or not.
struct Interrupted {};
// What a wait for a descriptor ends in when the descriptor is closed here.
struct Closed : std::runtime_error {
  Closed() : std::runtime_error("closed at this end") {}
};
struct TooSlow : std::runtime_error {
  TooSlow() : std::runtime_error("the time limit has passed") {}
};

enum class Shield { no, yes };  // against the cancellation of scopes around

// A region of a task, and of the tasks started in it, that can be cancelled as a whole. Used by within() and nurseries.
class CancelScope {
 public:
  explicit CancelScope(std::optional<Span> limit = {}, Shield shield = Shield::no) : limit_(limit), shield_(shield) {}
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  void cancel();
  bool is_cancelled() const { return cancelled_; }
  // Whether it was left because it was cancelled.
  bool caught() const { return caught_; }

  void enter();  // by the current task
  void leave();
  // A wait in it has ended in Cancelled: whether that was meant for this scope, or for one around.
  bool catches();
  // Whether a wait in it is cancelled, by this scope or by one around.
  bool affects_waits() const;

 private:
  friend class EventLoop;
  bool is_affected_from_outside() const;

  std::optional<Span> limit_;
  Shield shield_;
  std::optional<Moment> deadline_;
  CancelScope* parent_ = nullptr;
  bool cancelled_ = false;
  bool caught_ = false;
};

// A place where a task waits. What it waits for is named for reports.
class Waiting {
 public:
  virtual ~Waiting() = default;
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter);
  void await_resume() const;

 protected:
  enum class End { none, done, cancelled, interrupted, closed };

  explicit Waiting(std::string what) : what_(std::move(what)) {}
  virtual void begin() {}     // from now on finish() may come
  virtual void withdraw() {}  // it comes no more
  virtual bool can_be_cancelled() const { return true; }
  virtual void interrupt() { abandon(End::interrupted); }
  void abandon(End end);
  void finish(End end = End::done);

 private:
  friend class EventLoop;
  friend class Event;
  friend class Nursery;

  std::string what_;
  End end_ = End::none;
  EventLoop* loop_ = nullptr;
  LoopTask* task_ = nullptr;
  std::coroutine_handle<> waiter_;
};

// What tasks of one loop wait for until another one sets it. Must outlive its waiters.
class Event {
 public:
  class Wait final : public Waiting {
   public:
    Wait(Event& event, std::string what) : Waiting(std::move(what)), event_(event) {}
    bool await_ready() const noexcept { return event_.is_set_; }
    void await_resume() const {
      if (!await_ready()) Waiting::await_resume();
    }

   private:
    void begin() override { event_.waiters_.push_back(this); }
    void withdraw() override { std::erase(event_.waiters_, this); }

    Event& event_;
  };

  void set();
  bool is_set() const { return is_set_; }
  Wait wait(std::string what) { return {*this, std::move(what)}; }

 private:
  std::vector<Waiting*> waiters_;
  bool is_set_ = false;
};

class EventLoop {
 public:
  class Ready final : public Waiting {
   public:
    Ready(int descriptor, bool for_writing, std::string what)
        : Waiting(std::move(what)), descriptor_(descriptor), for_writing_(for_writing) {}

   private:
    friend class EventLoop;
    void begin() override;
    void withdraw() override;

    int descriptor_;
    bool for_writing_;
  };

  EventLoop() : EventLoop(Wakeup()) {}
  explicit EventLoop(Wakeup wakeup);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // The one that the calling thread is in.
  static EventLoop& current();
  // Until `main` has ended, and with it every task. Throws what it throws.
  void run(Async<> main);

  // Any thread: has the loop call this as soon as it can.
  void post(std::function<void()> call);
  // Any thread, and a signal handler: where a Ctrl-C is announced.
  const Wakeup& wakeup() const { return wakeup_; }
  // Called around each sleep in the kernel, for a loop that shares its thread's right to run.
  void around_sleep(std::function<void()> before, std::function<void()> after);

  Ready readable(int descriptor, std::string what) { return {descriptor, false, std::move(what)}; }
  Ready writable(int descriptor, std::string what) { return {descriptor, true, std::move(what)}; }
  // Who waits for this descriptor is told that it is closed. To be called before it is.
  void closing(int descriptor);

  // For reports, while the loop's thread stands still: whether it sleeps in the kernel, how long it was to sleep at
  // most when it last went to sleep, and what each task waits for, as "supervisor: the child's exit".
  bool is_asleep() const { return asleep_; }
  std::optional<Span> sleep_limit() const { return sleep_limit_; }
  std::vector<std::string> tasks() const;
  int interrupts_taken() const { return interrupts_; }

 private:
  friend class CancelScope;
  friend class Nursery;
  friend class Waiting;

  struct Runnable {
    LoopTask* task;
    std::coroutine_handle<> coroutine;
  };

  void start(std::string name, Async<> body, Nursery* nursery, CancelScope* scope);
  Async<> live(LoopTask& task, Async<> body);
  void end(LoopTask& task, std::exception_ptr error);
  void run_once();
  void sleep();
  std::optional<Span> longest_sleep() const;
  void run_posted();
  void expire_scopes();
  void cancel_waits();
  void take_interrupts();
  void watch(int descriptor);
  Ready* watcher(int descriptor, bool for_writing) const;
  void serve(int descriptor, unsigned int events);

  Wakeup wakeup_;
  Descriptor set_;
  Descriptor posted_signal_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::function<void()> before_sleep_;
  std::function<void()> after_sleep_;
  std::vector<std::unique_ptr<LoopTask>> tasks_;
  std::vector<Runnable> runnable_;
  std::vector<CancelScope*> scopes_;
  std::vector<Ready*> watchers_;
  std::vector<int> watched_;  // descriptors in the epoll set
  LoopTask* task_ = nullptr;  // that runs now
  LoopTask* main_ = nullptr;
  std::exception_ptr main_error_;
  bool interrupt_pending_ = false;
  bool asleep_ = false;
  std::optional<Span> sleep_limit_;
  int interrupts_ = 0;
};

// Runs `body` in this scope. A cancellation of the scope ends here.
Async<> within(CancelScope& scope, Async<> body);
// Whether `body` ended by itself within the limit.
Async<bool> move_on_after(Span limit, Async<> body, Shield shield = Shield::no);
// The same, or TooSlow.
Async<> fail_after(Span limit, Async<> body);
Async<> sleep_for(Span span);
// A place where a task can be cancelled and others run.
Async<> checkpoint();

// Tasks that end before the region does in which they were started. The first error cancels all, and comes out of it.
class Nursery {
 public:
  Nursery() = default;
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  void start(std::string name, Async<> body);
  CancelScope scope;

 private:
  friend class EventLoop;
  friend Async<> with_nursery(std::string name, std::function<Async<>(Nursery&)> body);
  class Wait;

  void add_error(const std::exception_ptr& error);
  void child_ended(const std::exception_ptr& error);
  void rethrow();

  int children_ = 0;
  std::exception_ptr error_;
  bool was_cancelled_ = false;
  Wait* wait_ = nullptr;
};

// Calls `body`, and waits for all that it has started.
Async<> with_nursery(std::string name, std::function<Async<>(Nursery&)> body);

}  // namespace primitives
