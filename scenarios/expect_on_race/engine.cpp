// What clients call, and the small steps that the loop is made of.
#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {

using primitives::Notify;

void Engine::start() {
  {
    const Writing running(running_lock_);
    running_ = true;
  }
  for (std::size_t loop = 0; loop < switches_.loops; ++loop)
    loops_.emplace_back([this, loop] {
      primitives::name_this_task(loop == 0 ? "the inference loop" : "the other loop");
      if (switches_.panics == Switches::Panics::abort) return run_loop();
      try {
        run_loop();
      } catch (const Panic& panic) {  // only this task ends, and the guards on its way give their locks back
        has_died_ = true;
        wedge::note(std::string("the inference task panicked: ") + panic.what());
      }
    });
}

void Engine::stop() {
  const Writing running(running_lock_);
  running_ = false;
}

void Engine::join() {
  for (std::thread& loop : loops_) loop.join();
  loops_.clear();
}

RequestId Engine::submit(std::size_t prompt_tokens, std::size_t max_tokens) {
  const Writing scheduler(scheduler_lock_);
  const RequestId id = scheduler_.submit(prompt_tokens, max_tokens);
  if (switches_.cache == Switches::Cache::knows_it_from_submit) {
    const Writing cache(cache_lock_);
    cache_.try_emplace(id);
  }
  const Writing notifiers(notifiers_lock_);
  notifiers_.emplace(id, std::make_shared<Notify>());
  return id;
}

std::optional<Request> Engine::status(RequestId id) {
  const Reading scheduler(scheduler_lock_);
  return scheduler_.find(id);
}

// Marks first, removes then: what the loop saw before the mark may be gone afterwards.
bool Engine::cancel(RequestId id) {
  {
    const Writing scheduler(scheduler_lock_);
    if (switches_.cancel == Switches::Cancel::sets_token) {
      cancellation_tokens_.insert(id);
      return true;
    }
    if (!scheduler_.cancel(id)) return false;
  }
  wedge::note("the request is marked as cancelled; its state goes next");
  clear_state(id);
  const Writing cache(cache_lock_);
  cache_.erase(id);
  return true;
}

std::shared_ptr<Notify> Engine::subscribe(RequestId id) {
  const Reading notifiers(notifiers_lock_);
  const auto found = notifiers_.find(id);
  return found == notifiers_.end() ? nullptr : found->second;
}

void Engine::reload_model() {
  const bool stops = switches_.reload == Switches::Reload::with_the_loop_stopped;
  if (stops) {
    stop();
    join();
  }
  {
    const Writing states(states_lock_);
    states_.clear();
  }
  if (stops) start();
}

bool Engine::is_running() {
  const Reading running(running_lock_);
  return running_;
}

bool Engine::has_work() {
  const Reading scheduler(scheduler_lock_);
  const bool on_arrival = switches_.batches == Switches::Batches::on_arrival;
  return scheduler_.has_room() && (scheduler_.has_pending() || (!on_arrival && scheduler_.has_processing()));
}

// Returns without any lock: what it has ensured may be over when the caller looks.
void Engine::ensure_state(RequestId id) {
  {
    const Reading states(states_lock_);
    if (states_.contains(id)) return;
  }
  const auto state = build_state();  // without a lock
  const Writing states(states_lock_);
  states_.try_emplace(id, state);
}

// Seconds in the original, which asks the GPU for a runtime of its own for every request.
std::shared_ptr<Engine::RuntimeState> Engine::build_state() const {
  if (!switches_.model_loaded) throw EngineError("No GGUF model loaded");
  std::this_thread::yield();
  return std::make_shared<RuntimeState>();
}

std::shared_ptr<Engine::RuntimeState> Engine::find_state(RequestId id) const {
  const auto found = states_.find(id);
  return found == states_.end() ? nullptr : found->second;
}

void Engine::clear_state(RequestId id) {
  notify(id);
  const Writing states(states_lock_);
  if (states_.erase(id) > 0) wedge::note("the state of the request is removed");
  const Writing notifiers(notifiers_lock_);
  notifiers_.erase(id);
}

void Engine::notify(RequestId id) {
  const auto bell = subscribe(id);
  if (!bell) return;
  wedge::note("the engine rings the bell of the request");
  bell->notify_waiters();
}

std::optional<Request> Engine::snapshot(RequestId id) {
  const Reading scheduler(scheduler_lock_);
  return scheduler_.find(id);
}

bool Engine::is_cancelled(RequestId id) {
  {
    const Reading scheduler(scheduler_lock_);
    if (!cancellation_tokens_.contains(id)) {
      const auto request = scheduler_.find(id);
      return !request || request->state == RequestState::cancelled || request->state == RequestState::failed;
    }
  }
  const Writing scheduler(scheduler_lock_);
  scheduler_.cancel(id);
  return true;
}

void Engine::append_to_cache(RequestId id) {
  if (switches_.cache == Switches::Cache::makes_a_page) cache_.try_emplace(id);
  const auto sequence = cache_.find(id);
  if (sequence == cache_.end()) throw EngineError("Invalid sequence ID");
  ++sequence->second;
}

// Whether the request is over.
bool Engine::add_token(RequestId id) {
  Request* request = scheduler_.find_for_update(id);
  if (request == nullptr || request->state == RequestState::cancelled) return true;
  request->add_token();
  return request->is_complete();
}

std::string Engine::self_deadlock_at_rest() const {
  for (const EngineLock* lock : {&scheduler_lock_, &states_lock_, &notifiers_lock_, &cache_lock_, &sampler_lock_}) {
    const std::string who = lock->self_wait_at_rest();
    if (!who.empty()) return who + "; it is " + lock->describe_at_rest();
  }
  return {};
}

std::string Engine::death_at_rest() const {
  return has_died_ ? "the inference task has died of a panic, and nobody is told" : "";
}

std::string Engine::left_request_at_rest() const {
  if (!running_ || scheduler_.has_pending()) return {};
  const RequestId first = 1;
  const auto request = scheduler_.find(first);
  if (!request || request->state != RequestState::processing) return {};
  return "nothing is pending, so the loop does not look at request 1, which has " +
         std::to_string(request->generated_tokens) + " of " + std::to_string(request->max_tokens) + " tokens";
}

}  // namespace expect_on_race
