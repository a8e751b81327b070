// A coroutine that another one awaits: it starts when it is awaited, and its caller goes on when it ends.
//
// Belongs to one thread. An exception that leaves it comes out of the co_await.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace primitives {

// Who goes on when the coroutine that runs now suspends; null: nobody. The handing over by hand keeps the stack flat
// also where the compiler makes no tail call, as under sanitizers.
inline constinit thread_local std::coroutine_handle<> next_coroutine;

inline void run_coroutines(std::coroutine_handle<> next) {
  while (next) {
    next_coroutine = {};
    next.resume();
    next = std::exchange(next_coroutine, {});
  }
}

template <typename T = void>
class Async;

namespace detail {

struct AsyncPromise {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      next_coroutine = ended.promise().caller;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }
  void rethrow() const {
    if (error) std::rethrow_exception(error);
  }

  std::coroutine_handle<> caller;
  std::exception_ptr error;
};

template <typename T>
struct AsyncValue : AsyncPromise {
  void return_value(T result) { value = std::move(result); }
  T take() {
    rethrow();
    return *std::move(value);
  }
  std::optional<T> value;
};

template <>
struct AsyncValue<void> : AsyncPromise {
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

}  // namespace detail

template <typename T>
class [[nodiscard]] Async {
 public:
  struct promise_type : detail::AsyncValue<T> {
    Async get_return_object() { return Async(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  Async(Async&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Async& operator=(Async&& other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~Async() {
    if (coroutine_) coroutine_.destroy();
  }

  std::coroutine_handle<> handle() const { return coroutine_; }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const noexcept {
    coroutine_.promise().caller = caller;
    next_coroutine = coroutine_;
  }
  T await_resume() const { return coroutine_.promise().take(); }

 private:
  explicit Async(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace primitives
