// Who is granted the lock, and when.
#include "primitives/fifo_rwlock.h"

#include <algorithm>
#include <optional>

namespace primitives {
namespace {

thread_local std::string_view this_task = "a task without a name";

const char* wish(FifoRwLock::Mode mode) { return mode == FifoRwLock::Mode::shared ? " to read" : " to write"; }
const char* state(FifoRwLock::Mode mode) { return mode == FifoRwLock::Mode::shared ? " for reading" : " for writing"; }

}  // namespace

void name_this_task(std::string_view name) { this_task = name; }

FifoRwLock::Acquisition::Acquisition(FifoRwLock& lock, Mode mode) : lock_(lock), mode_(mode), task_(this_task) {}

FifoRwLock::Acquisition::~Acquisition() {
  if (kept_) return;
  std::vector<Waker> to_wake;
  {
    const std::lock_guard guard(lock_.mutex_);
    if (queued_) std::erase(lock_.waiting_, this);
    // Readers behind a writer that has left need not wait any longer.
    if (queued_) lock_.grant_next(to_wake);
  }
  for (const Waker& waker : to_wake) waker->unpark();
  if (granted_) lock_.give_back(mode_);
}

bool FifoRwLock::Acquisition::poll(const Waker& waker) {
  const std::lock_guard guard(lock_.mutex_);
  if (granted_) return true;
  if ((!queued_ || !lock_.rules_.in_order) && lock_.is_free_for(mode_, task_)) {
    if (queued_) std::erase(lock_.waiting_, this);
    queued_ = false;
    lock_.holders_.push_back({mode_, task_});
    granted_ = true;
    return true;
  }
  if (!queued_) lock_.waiting_.push_back(this);
  queued_ = true;
  waker_ = waker;
  return false;
}

void FifoRwLock::lock() { hold(Mode::exclusive); }
void FifoRwLock::lock_shared() { hold(Mode::shared); }
bool FifoRwLock::try_lock() { return try_hold(Mode::exclusive); }
bool FifoRwLock::try_lock_shared() { return try_hold(Mode::shared); }
void FifoRwLock::unlock() { give_back(Mode::exclusive); }
void FifoRwLock::unlock_shared() { give_back(Mode::shared); }

void FifoRwLock::hold(Mode mode) {
  if (try_hold(mode)) return;
  Acquisition acquisition(*this, mode);
  block_on([&](const Waker& waker) { return acquisition.poll(waker) ? std::optional<bool>(true) : std::nullopt; });
  acquisition.keep();
}

bool FifoRwLock::try_hold(Mode mode) {
  const std::lock_guard guard(mutex_);
  if (!is_free_for(mode, this_task)) return false;
  holders_.push_back({mode, this_task});
  return true;
}

// Nobody goes past the queue, but for whoever would wait for himself where that is allowed.
bool FifoRwLock::is_free_for(Mode mode, std::string_view task) const {
  const bool is_written = !holders_.empty() && holders_.front().mode == Mode::exclusive;
  if (rules_.reentrant && is_written && holders_.front().task == task) return true;
  if (rules_.in_order && !waiting_.empty()) return false;
  return holders_.empty() || (mode == Mode::shared && holders_.front().mode == Mode::shared);
}

void FifoRwLock::give_back(Mode mode) {
  std::vector<Waker> to_wake;
  {
    const std::lock_guard guard(mutex_);
    // The caller's own, if it is there: the lock may have changed hands between tasks.
    auto mine = std::ranges::find_if(
        holders_, [&](const Holder& holder) { return holder.mode == mode && holder.task == this_task; });
    if (mine == holders_.end()) mine = std::ranges::find(holders_, mode, &Holder::mode);
    holders_.erase(mine);
    grant_next(to_wake);
  }
  for (const Waker& waker : to_wake) waker->unpark();
}

// The front of the queue gets the lock if it can have it now; and so on, until one cannot. Without order all try again.
void FifoRwLock::grant_next(std::vector<Waker>& to_wake) {
  if (!rules_.in_order) {
    for (const Acquisition* acquisition : waiting_) to_wake.push_back(acquisition->waker_);
    return;
  }
  while (!waiting_.empty()) {
    Acquisition& next = *waiting_.front();
    const bool shares = next.mode_ == Mode::shared && !holders_.empty() && holders_.front().mode == Mode::shared;
    if (!holders_.empty() && !shares) return;
    waiting_.pop_front();
    holders_.push_back({next.mode_, next.task_});
    next.queued_ = false;
    next.granted_ = true;
    to_wake.push_back(std::move(next.waker_));
  }
}

std::string FifoRwLock::describe_at_rest() const {
  std::string text = holders_.empty() ? "free" : std::string("held") + state(holders_.front().mode) + " by ";
  for (const Holder& holder : holders_) {
    if (&holder != &holders_.front()) text += ", ";
    text += holder.task;
  }
  for (const Acquisition* acquisition : waiting_) {
    text += acquisition == waiting_.front() ? "; waiting, in this order: " : ", ";
    text += acquisition->task_;
    text += wish(acquisition->mode_);
  }
  return text;
}

std::string FifoRwLock::self_wait_at_rest() const {
  for (const Acquisition* acquisition : waiting_)
    for (const Holder& holder : holders_)
      if (holder.task == acquisition->task_)
        return std::string(holder.task) + " waits" + wish(acquisition->mode_) + " " + name_ +
               ", which it holds itself" + state(holder.mode);
  return {};
}

}  // namespace primitives
