// The program of these scenarios: an inference engine with one loop that computes and any number of clients, and the
// switches by which the variants differ from what was found. Every default is as found.
//
// The tasks of the original's runtime are threads here, and its locks are the same: fair, first come first served, not
// reentrant, and of no thread.
//
// As found one client submits a request and cancels it, and there is nobody else.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>
#include "primitives/fifo_rwlock.h"
#include "primitives/notify.h"
#include "primitives/request_table.h"

namespace expect_on_race {

using primitives::Request;
using primitives::RequestId;
using primitives::RequestState;

struct Switches {
  // What the profile of the build makes of a panic: the end of the process, or of the task that panics.
  enum class Panics { abort, unwind };
  // What is done about a request whose state is gone.
  enum class Lookup {
    expects,         // as found: panics
    ok_or_else,      // the documented fix: an error
    ensures_again,   // until it is there
    under_one_lock,  // ensured and looked up without letting go in between
  };
  enum class Cancel { removes_state, sets_token };
  // Who cancels the first client's request: itself over HTTP, or its user, in one of the forms of the command line.
  enum class Cancels { client, ctrl_c_in_generate, ctrl_c_in_stream, nobody };
  enum class Order { as_found, one_for_all };  // of the locks
  // What the cache says to a token of a sequence that it does not know. The first is not as found; see masked.cpp.
  enum class Cache { makes_a_page, knows_it_from_submit, refuses };
  // When the loop computes: for whatever is there, or, as found, only if a request has arrived; see masked.cpp.
  enum class Batches { whenever_there_is_work, on_arrival };
  enum class Reload { never, while_the_loop_runs, with_the_loop_stopped };

  Panics panics = Panics::abort;
  Lookup lookup = Lookup::expects;
  Cancel cancel = Cancel::removes_state;
  Cancels cancels = Cancels::client;
  Order order = Order::as_found;
  Cache cache = Cache::makes_a_page;
  Batches batches = Batches::whenever_there_is_work;
  Reload reload = Reload::never;
  bool fair_locks = true;
  bool reentrant_locks = false;
  std::size_t loops = 1;
  bool map_locked_while_computing = true;
  bool snapshot_under_guard = true;
  // For a search for what comes before the self-deadlock: the loop ends where it would wait for itself.
  bool ends_where_it_hangs = false;
  // How the second client waits for its answer, and whether its user presses Ctrl-C when none comes for half a second.
  enum class Waits { over_http, in_generate, in_stream };

  std::size_t tokens_of_first = 1;  // if nobody cancels it
  bool second_client = false;
  std::size_t tokens_of_second = 2;
  bool second_fails = false;  // the GPU fails while it computes for it
  // When the second client comes: with the others, or once the first has its first token.
  enum class Comes { at_once, after_a_first_token };
  Comes second_comes = Comes::at_once;
  bool third_client = false;    // wants one token
  std::size_t submissions = 0;  // client D makes so many, 50 ms apart, and does not wait for what comes of them
  Waits second_waits = Waits::over_http;
  bool model_loaded = true;
  std::chrono::milliseconds time_per_token{0};
};

// What expect() throws: meant for nobody to catch.
struct Panic : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What an operation of the engine returns instead of its result.
struct EngineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The lock of one part of the engine.
class EngineLock : public primitives::FifoRwLock {
 public:
  EngineLock(const Switches& switches, std::string name)
      : FifoRwLock(std::move(name), {.in_order = switches.fair_locks, .reentrant = switches.reentrant_locks}) {}
};

using Writing = std::unique_lock<EngineLock>;
using Reading = std::shared_lock<EngineLock>;

// Any task may use it.
class Engine {
 public:
  explicit Engine(const Switches& switches) : switches_(switches) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // The loop that computes, on a thread of its own. join() is what the original does not have.
  void start();
  void stop();
  void join();

  RequestId submit(std::size_t prompt_tokens, std::size_t max_tokens);
  std::optional<Request> status(RequestId id);
  // False: it is not there, or finished.
  bool cancel(RequestId id);
  // Empty: its request is over.
  std::shared_ptr<primitives::Notify> subscribe(RequestId id);
  void reload_model();
  void release_device() { device_released_ = true; }

  // Public for the tests of the original. Throws EngineError and Panic.
  void run_forward_pass(const Request& request);

  // For a wait that can be given up.
  primitives::FifoRwLock& scheduler_lock() { return scheduler_lock_; }
  std::optional<Request> status_locked(RequestId id) const { return scheduler_.find(id); }

  // For the report. Which task waits for itself, and who waits behind it; that the inference task has died; which
  // request the loop has begun and does not look at any more. Empty if that is not so.
  std::string self_deadlock_at_rest() const;
  std::string death_at_rest() const;
  std::string left_request_at_rest() const;

 private:
  struct RuntimeState {
    std::size_t processed_tokens = 0;
  };

  void run_loop();
  bool is_running();
  bool has_work();
  // False: ends_where_it_hangs.
  bool process_batch();
  // All three: whether the request is over. They throw EngineError.
  bool process_single(const Request& request);
  bool process(const Request& request);
  bool record_token(RequestId id);
  bool is_cancelled(RequestId id);
  void ensure_state(RequestId id);
  std::shared_ptr<RuntimeState> build_state() const;
  std::shared_ptr<RuntimeState> find_state(RequestId id) const;
  void clear_state(RequestId id);
  void notify(RequestId id);
  std::optional<Request> snapshot(RequestId id);
  void append_to_cache(RequestId id);
  bool add_token(RequestId id);
  void compute(const Request& request);

  const Switches switches_;
  // In the order that a rule for all of them would have; the loop takes them in another one.
  EngineLock scheduler_lock_{switches_, "the scheduler"};
  EngineLock states_lock_{switches_, "the request states"};
  EngineLock notifiers_lock_{switches_, "the notifiers"};
  EngineLock cache_lock_{switches_, "the cache"};
  EngineLock sampler_lock_{switches_, "the sampler"};
  EngineLock running_lock_{switches_, "the flag"};

  primitives::RequestTable scheduler_;
  std::set<RequestId> cancellation_tokens_;  // under the scheduler's lock
  std::map<RequestId, std::shared_ptr<RuntimeState>> states_;
  std::map<RequestId, std::shared_ptr<primitives::Notify>> notifiers_;
  std::map<RequestId, std::size_t> cache_;
  std::size_t sampled_ = 0;
  bool running_ = false;
  std::atomic<bool> device_released_{false};
  std::atomic<bool> has_died_{false};
  std::vector<std::thread> loops_;
};

// The keys that a program takes over when it waits for Ctrl-C: from then on it has to react by itself.
class CtrlC {
 public:
  void press();
  bool was_pressed() const { return pressed_; }
  // Whether it was pressed; if not, `waker` is told of it.
  bool poll(const primitives::Waker& waker);

 private:
  std::mutex mutex_;
  std::atomic<bool> pressed_{false};
  std::vector<primitives::Waker> waiting_;
};

// The client of the original that runs in the engine's own process: submits, looks every 25 ms, leaves when it is done
// or when the user presses Ctrl-C, and then cancels. `stream` is the form that looks inside the arm of its select,
// where Ctrl-C is not looked at; and that asks nothing any more once it has cancelled.
enum class Form { generate, stream };
RequestState run_locally(Engine& engine, CtrlC& ctrl_c, Form form, std::size_t prompt_tokens, std::size_t max_tokens);
// The client behind HTTP: submits, and looks every 20 ms until it is done.
RequestState complete_over_http(Engine& engine, std::size_t prompt_tokens, std::size_t max_tokens);
// The client that submits over HTTP and soon thinks better of it.
void cancel_over_http(Engine& engine);

// The tests of the original for its fix, on the program that the switches make: as they were committed, the second one
// as the document prints it, and put right.
std::function<void()> test_forward_pass_without_a_model(const Switches& switches);
std::function<void()> test_cancel_during_forward_pass(const Switches& switches);
std::function<void()> test_cancel_during_forward_pass_as_printed(const Switches& switches);
std::function<void()> test_cancel_during_forward_pass_corrected(const Switches& switches);

// Runs the program once with its clients.
void run(Switches switches);
std::function<void()> with(const Switches& switches);

// As given; but if the test that the verdicts depend on the modelled cause wants that, without the cause.
Switches as_wanted(Switches switches);

}  // namespace expect_on_race
