// Work that several threads do ahead of its being asked for, handed over in its order: so that all processors have
// something to do while results are looked at one after the other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace wedge::supervise {

template <typename Result>
class Ahead {
 public:
  using Work = std::function<Result(std::size_t number)>;

  // `count` pieces of work. Each thread calls `make_work` once, and what that gives until nothing is left, or until
  // `goes_on` says no. None is begun that lies `lead` or more behind the one asked for last.
  Ahead(
      unsigned threads, std::size_t count, std::size_t lead, std::function<Work()> make_work,
      std::function<bool()> goes_on = [] { return true; })
      : pieces_(count), lead_(lead), make_work_(std::move(make_work)), goes_on_(std::move(goes_on)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { carry_out(); });
  }
  // Waits for what has begun.
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  // Whether nobody will take what is being done.
  bool is_over() const {
    const std::lock_guard lock(mutex_);
    return is_over_;
  }

  // Waits for it, and calls `idle` now and then. Nothing: it was never begun. Throws what the work threw.
  // Requires: each is taken once, in increasing order.
  template <typename Idle>
  std::optional<Result> take(std::size_t number, Idle&& idle) {
    std::unique_lock lock(mutex_);
    asked_for_ = number;
    changed_.notify_all();
    Piece& piece = pieces_[number];
    while (!piece.is_done && (number < begun_ || may_begin())) {
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      lock.unlock();
      idle();
      lock.lock();
    }
    if (piece.failure) std::rethrow_exception(piece.failure);
    return std::exchange(piece.result, std::nullopt);
  }

 private:
  struct Piece {
    std::optional<Result> result;
    std::exception_ptr failure;
    bool is_done = false;
  };

  bool may_begin() const { return !is_over_ && begun_ < pieces_.size() && goes_on_(); }

  std::optional<std::size_t> begin() {
    std::unique_lock lock(mutex_);
    while (may_begin() && begun_ >= asked_for_ + lead_) changed_.wait_for(lock, std::chrono::milliseconds(100));
    if (!may_begin()) return std::nullopt;
    return begun_++;
  }

  void carry_out() {
    const Work work = make_work_();
    while (const auto number = begin()) {
      Piece piece;
      try {
        piece.result = work(*number);
      } catch (...) {
        piece.failure = std::current_exception();
      }
      piece.is_done = true;
      const std::lock_guard lock(mutex_);
      pieces_[*number] = std::move(piece);
      changed_.notify_all();
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Piece> pieces_;
  std::size_t lead_;
  std::size_t asked_for_ = 0;
  std::size_t begun_ = 0;
  bool is_over_ = false;
  std::function<Work()> make_work_;
  std::function<bool()> goes_on_;
  std::vector<std::thread> threads_;
};

}  // namespace wedge::supervise
