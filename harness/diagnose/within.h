// Runs a step that may never end, such as reading a file of a machine that is gone, and stops waiting for it in time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace wedge::diagnose {

// Whether the step ended in time. One that did not goes on in a thread of its own, so it must own all it touches.
template <typename Step>
bool within(std::chrono::milliseconds limit, Step step) {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  auto state = std::make_shared<State>();
  auto run = [state, step]() mutable {
    step();
    std::lock_guard lock(state->mutex);
    state->done = true;
    state->changed.notify_one();
  };
  try {
    std::thread(run).detach();
  } catch (const std::system_error&) {
    run();  // no more threads to be had: better without a limit than not at all
  }
  std::unique_lock lock(state->mutex);
  return state->changed.wait_for(lock, limit, [&] { return state->done; });
}

}  // namespace wedge::diagnose
