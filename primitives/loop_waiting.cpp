// How tasks of an event loop wait, and how scopes and nurseries end their waits.
#include <algorithm>

#include "primitives/loop_task.h"

namespace primitives {

// Waiting
// ---------------------------------------------------------------------------------------------------------------------

// False: the task does not sleep, since it is cancelled already.
bool Waiting::await_suspend(std::coroutine_handle<> waiter) {
  loop_ = &EventLoop::current();
  task_ = loop_->task_;
  waiter_ = waiter;
  const bool interrupted = task_ == loop_->main_ && std::exchange(loop_->interrupt_pending_, false);
  if (can_be_cancelled() && (interrupted || task_->is_cancelled())) {
    end_ = interrupted ? End::interrupted : End::cancelled;
    return false;
  }
  begin();
  if (end_ == End::none) task_->waiting = this;
  if (interrupted) interrupt();
  return true;
}

void Waiting::await_resume() const {
  if (end_ == End::cancelled) throw Cancelled();
  if (end_ == End::interrupted) throw Interrupted();
  if (end_ == End::closed) throw Closed();
}

void Waiting::abandon(End end) {
  withdraw();
  finish(end);
}

void Waiting::finish(End end) {
  end_ = end;
  task_->waiting = nullptr;
  loop_->runnable_.push_back({task_, waiter_});
}

void Event::set() {
  is_set_ = true;
  for (Waiting* waiting : std::exchange(waiters_, {})) waiting->finish();
}

namespace {

class ForEver final : public Waiting {
 public:
  explicit ForEver(std::string what) : Waiting(std::move(what)) {}
};

class OneTurn final : public Waiting {
 public:
  OneTurn() : Waiting("its turn") {}

 private:
  void begin() override { finish(); }
};

}  // namespace

Async<> checkpoint() { co_await OneTurn(); }

Async<> sleep_for(Span span) {
  const auto sleep = []() -> Async<> { co_await ForEver("the end of a sleep"); };
  co_await move_on_after(span, sleep());
}

// Scopes
// ---------------------------------------------------------------------------------------------------------------------

void CancelScope::enter() {
  EventLoop& loop = EventLoop::current();
  parent_ = std::exchange(loop.task_->scope, this);
  if (limit_) deadline_ = std::chrono::steady_clock::now() + *limit_;
  loop.scopes_.push_back(this);
}

void CancelScope::leave() {
  EventLoop& loop = EventLoop::current();
  loop.task_->scope = parent_;
  std::erase(loop.scopes_, this);
}

void CancelScope::cancel() {
  cancelled_ = true;
  EventLoop::current().cancel_waits();
}

bool CancelScope::is_affected_from_outside() const {
  return shield_ == Shield::no && parent_ != nullptr && parent_->affects_waits();
}

bool CancelScope::affects_waits() const { return cancelled_ || is_affected_from_outside(); }

bool CancelScope::catches() {
  caught_ = cancelled_ && !is_affected_from_outside();
  return caught_;
}

Async<> within(CancelScope& scope, Async<> body) {
  scope.enter();
  std::exception_ptr error;
  bool cancelled = false;
  try {
    co_await body;
  } catch (const Cancelled&) {
    cancelled = true;
  } catch (...) {
    error = std::current_exception();
  }
  scope.leave();
  if (error) std::rethrow_exception(error);
  if (cancelled && !scope.catches()) throw Cancelled();
}

Async<bool> move_on_after(Span limit, Async<> body, Shield shield) {
  CancelScope scope(limit, shield);
  co_await within(scope, std::move(body));
  co_return !scope.caught();
}

Async<> fail_after(Span limit, Async<> body) {
  const bool in_time = co_await move_on_after(limit, std::move(body));
  if (!in_time) throw TooSlow();
}

// Nurseries
// ---------------------------------------------------------------------------------------------------------------------

// Not to be cancelled: the children are, and it waits for them. An interrupt counts as an error of the body.
class Nursery::Wait final : public Waiting {
 public:
  Wait(Nursery& nursery, std::string what) : Waiting(std::move(what)), nursery_(nursery) {}
  bool await_ready() const noexcept { return nursery_.children_ == 0; }
  void child_ended() {
    if (nursery_.children_ > 0) return;
    withdraw();
    finish();
  }

 private:
  void begin() override { nursery_.wait_ = this; }
  void withdraw() override { nursery_.wait_ = nullptr; }
  bool can_be_cancelled() const override { return false; }
  void interrupt() override { nursery_.add_error(std::make_exception_ptr(Interrupted())); }

  Nursery& nursery_;
};

void Nursery::start(std::string name, Async<> body) {
  ++children_;
  EventLoop::current().start(std::move(name), std::move(body), this, &scope);
}

void Nursery::add_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    was_cancelled_ = true;
  } catch (...) {
    if (!error_) error_ = error;
  }
  scope.cancel();
}

void Nursery::child_ended(const std::exception_ptr& error) {
  --children_;
  if (error) add_error(error);
  if (wait_ != nullptr) wait_->child_ended();
}

void Nursery::rethrow() {
  if (error_) std::rethrow_exception(error_);
  if (was_cancelled_ && !scope.catches()) throw Cancelled();
}

Async<> with_nursery(std::string name, std::function<Async<>(Nursery&)> body) {
  Nursery nursery;
  nursery.scope.enter();
  try {
    co_await body(nursery);
  } catch (...) {
    nursery.add_error(std::current_exception());
  }
  co_await Nursery::Wait(nursery, "the end of nursery " + name);
  nursery.scope.leave();
  nursery.rethrow();
}

}  // namespace primitives
