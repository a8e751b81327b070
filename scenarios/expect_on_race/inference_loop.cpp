// The one task that computes: batch by batch, request by request.
#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds time_of_a_batch = 50ms;  // at least; the loop sleeps for what is left of it

}  // namespace

void Engine::run_loop() {
  while (is_running()) {
    const auto began = std::chrono::steady_clock::now();
    if (has_work() && !process_batch()) return;
    const auto took = std::chrono::steady_clock::now() - began;
    if (took < time_of_a_batch) std::this_thread::sleep_for(time_of_a_batch - took);
  }
}

bool Engine::process_batch() {
  std::vector<Request> batch;
  {
    const Writing scheduler(scheduler_lock_);
    batch = scheduler_.create_batch();
  }
  std::vector<Request> refreshed;
  for (const Request& request : batch) {
    std::string error;
    try {
      process_single(request);
    } catch (const EngineError& failure) {
      error = failure.what();
    }
    Writing scheduler(scheduler_lock_, std::defer_lock);
    if (!error.empty()) {
      wedge::note("Error processing request " + std::to_string(request.id) + ": " + error);
      scheduler.lock();
      if (Request* failed = scheduler_.find_for_update(request.id)) failed->fail();
      if (!switches_.snapshot_under_guard) scheduler.unlock();
      if (switches_.snapshot_under_guard && switches_.ends_where_it_hangs) return false;
    }
    // Reads under the lock that the guard above still holds for writing: that waits for itself.
    refreshed.push_back(snapshot(request.id).value_or(request));
  }
  const Writing scheduler(scheduler_lock_);
  scheduler_.update_batch(refreshed);
  return true;
}

bool Engine::process_single(const Request& request) {
  if (is_cancelled(request.id)) {
    clear_state(request.id);
    return true;
  }
  wedge::note("the loop has looked: the request is not cancelled");
  try {
    const bool is_over = process(request);
    if (is_over) clear_state(request.id);
    return is_over;
  } catch (const EngineError&) {
    clear_state(request.id);
    throw;
  }
}

bool Engine::process(const Request& request) {
  run_forward_pass(request);
  Writing sampler(sampler_lock_, std::defer_lock);
  if (switches_.order == Switches::Order::as_found) sampler.lock();  // held to the end
  const bool is_over = record_token(request.id);
  notify(request.id);
  return is_over;
}

bool Engine::record_token(RequestId id) {
  if (switches_.order == Switches::Order::one_for_all) {
    const Writing scheduler(scheduler_lock_);
    const Writing cache(cache_lock_);
    const Writing sampler(sampler_lock_);
    ++sampled_;
    append_to_cache(id);
    return add_token(id);
  }
  ++sampled_;
  {
    const Writing cache(cache_lock_);
    append_to_cache(id);
  }
  const Writing scheduler(scheduler_lock_);
  return add_token(id);
}

void Engine::run_forward_pass(const Request& request) {
  using Lookup = Switches::Lookup;
  Writing states(states_lock_, std::defer_lock);
  if (switches_.lookup == Lookup::under_one_lock) {
    states.lock();
    if (!states_.contains(request.id)) states_.emplace(request.id, build_state());
  } else {
    ensure_state(request.id);
    wedge::note("the loop has ensured the state and let go of the lock");
    states.lock();  // whoever came before this may have removed the state
  }
  auto state = find_state(request.id);
  while (state == nullptr && switches_.lookup == Lookup::ensures_again) {
    states.unlock();
    ensure_state(request.id);
    states.lock();
    state = find_state(request.id);
  }
  if (state == nullptr && switches_.lookup == Lookup::ok_or_else)
    throw EngineError("state disappeared during forward pass (may have been cancelled)");
  if (state == nullptr) throw Panic("request state should exist");
  if (!switches_.map_locked_while_computing) states.unlock();
  compute(request);
  state->processed_tokens = request.prompt_tokens + request.generated_tokens;
}

void Engine::compute(const Request& request) {
  for (std::size_t token = 0; token < request.prompt_tokens; ++token) {
    if (switches_.time_per_token == 0ms)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(switches_.time_per_token);
    if (device_released_) throw Panic("decode on a device that has been released");
    if (switches_.second_fails && request.prompt_tokens == 2) throw EngineError("decode_step failed");
  }
}

}  // namespace expect_on_race
