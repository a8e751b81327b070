// Who asks the engine for something.
#include "scenarios/cause.h"
#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {
namespace {

using primitives::FifoRwLock;
using primitives::Waker;
using namespace std::chrono_literals;

RequestState state_of(const std::optional<Request>& request) { return request ? request->state : RequestState::failed; }

// The status, unless Ctrl-C is pressed first: then the wait for the lock is given up.
std::optional<std::optional<Request>> status_or_ctrl_c(Engine& engine, CtrlC& ctrl_c, RequestId id) {
  FifoRwLock::Acquisition reads(engine.scheduler_lock(), FifoRwLock::Mode::shared);
  const bool granted = primitives::block_on([&](const Waker& waker) -> std::optional<bool> {
    if (ctrl_c.poll(waker)) return false;
    return reads.poll(waker) ? std::optional<bool>(true) : std::nullopt;
  });
  if (!granted) return std::nullopt;
  return std::optional<std::optional<Request>>(std::in_place, engine.status_locked(id));
}

}  // namespace

void CtrlC::press() {
  wedge::note("the user presses Ctrl-C");
  std::vector<Waker> waiting;
  {
    const std::lock_guard lock(mutex_);
    pressed_ = true;
    waiting.swap(waiting_);
  }
  for (const Waker& waker : waiting) waker->unpark();
}

bool CtrlC::poll(const Waker& waker) {
  const std::lock_guard lock(mutex_);
  if (!pressed_) waiting_.push_back(waker);
  return pressed_;
}

RequestState run_locally(Engine& engine, CtrlC& ctrl_c, Form form, std::size_t prompt_tokens, std::size_t max_tokens) {
  const RequestId id = engine.submit(prompt_tokens, max_tokens);
  for (;;) {
    if (form == Form::generate) {
      const auto status = status_or_ctrl_c(engine, ctrl_c, id);
      if (!status) break;
      if (!*status || (*status)->is_complete()) return state_of(*status);
    } else {
      const auto status = engine.status(id);
      if (!status || status->is_complete()) return state_of(status);
      if (ctrl_c.was_pressed()) break;
    }
    std::this_thread::sleep_for(25ms);
  }
  wedge::note("the client leaves its wait and cancels its request");
  engine.cancel(id);
  if (form == Form::generate) engine.status(id);
  return RequestState::cancelled;
}

RequestState complete_over_http(Engine& engine, std::size_t prompt_tokens, std::size_t max_tokens) {
  const RequestId id = engine.submit(prompt_tokens, max_tokens);
  for (;;) {
    const auto status = engine.status(id);
    if (!status || status->is_complete()) return state_of(status);
    std::this_thread::sleep_for(20ms);
  }
}

Switches as_wanted(Switches switches) {
  if (!scenarios::cause_is_removed()) return switches;
  if (switches.lookup == Switches::Lookup::ok_or_else)
    switches.snapshot_under_guard = false;
  else
    switches.lookup = Switches::Lookup::under_one_lock;
  switches.cache = Switches::Cache::makes_a_page;
  switches.batches = Switches::Batches::whenever_there_is_work;
  return switches;
}

// Submits, and thinks better of it at once.
void cancel_over_http(Engine& engine) {
  const RequestId id = engine.submit(1, 2);
  std::this_thread::sleep_for(50ms);  // as long as the pause of the loop: where the two meet is left to the schedule
  engine.status(id);
  engine.cancel(id);
  engine.status(id);
}

}  // namespace expect_on_race
