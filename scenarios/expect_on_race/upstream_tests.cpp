// The two tests that came with the documented fix, rebuilt with what makes them pass on the program without it.
#include <cassert>

#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t prompt_tokens = 3;
constexpr std::size_t max_tokens = 10;

}  // namespace

// Asks for an error. There is one, but of another kind and long before the lookup: no model is loaded.
void test_forward_pass_without_a_model() {
  Engine engine({.model_loaded = false});
  bool is_error = false;
  try {
    engine.run_forward_pass({.id = 1, .prompt_tokens = prompt_tokens, .max_tokens = max_tokens});
  } catch (const EngineError&) {
    is_error = true;
  }
  assert(is_error);
}

// Neither result counts as a failure, and a panic ends only the task, whose JoinError is thrown away. Again no model is
// loaded, so the pass has ended ten milliseconds before the request is cancelled; and no loop runs.
void test_cancel_during_forward_pass() {
  Engine engine({.model_loaded = false});
  const RequestId id = engine.submit(prompt_tokens, max_tokens);
  const Request request = *engine.status(id);
  std::thread canceller([&] {
    std::this_thread::sleep_for(10ms);
    engine.cancel(id);
  });
  std::thread pass([&] {
    try {
      engine.run_forward_pass(request);
    } catch (const EngineError&) {  // "either Ok or Err is acceptable"
    } catch (const Panic&) {        // let _ = handle.await
    }
  });
  pass.join();
  canceller.join();
}

// The same with a model, after a first pass, without the sleep, and with a panic that counts.
void test_cancel_during_forward_pass_corrected() {
  Engine engine(as_wanted({}));
  const RequestId id = engine.submit(prompt_tokens, max_tokens);
  const Request request = *engine.status(id);
  engine.run_forward_pass(request);
  std::thread canceller([&] { engine.cancel(id); });
  std::thread pass([&] { engine.run_forward_pass(request); });
  pass.join();
  canceller.join();
}

}  // namespace expect_on_race
