// The two tests that came with the documented fix, rebuilt with what makes them pass on the program without it. Neither
// runs a batch.
#include <cassert>

#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t prompt_tokens = 3;
constexpr std::size_t max_tokens = 10;

Switches without_a_model(Switches switches) {
  switches.model_loaded = false;
  return switches;
}

// Again no model is loaded, so the pass has ended ten milliseconds before the request is cancelled.
void cancel_later(const Switches& switches, const std::function<void(Engine&, const Request&)>& pass) {
  Engine engine(without_a_model(switches));
  const RequestId id = engine.submit(prompt_tokens, max_tokens);
  const Request request = *engine.status(id);
  std::thread canceller([&] {
    std::this_thread::sleep_for(10ms);
    engine.cancel(id);
  });
  pass(engine, request);
  canceller.join();
}

// "Either Ok or Err is acceptable".
void run_forward_pass(Engine& engine, const Request& request) {
  try {
    engine.run_forward_pass(request);
  } catch (const EngineError&) {
  }
}

}  // namespace

// Asks for an error. There is one, of the kind and with the text that the test asks for: no model is loaded, which is
// found long before the state is looked up.
std::function<void()> test_forward_pass_without_a_model(const Switches& switches) {
  return [switches] {
    Engine engine(without_a_model(switches));
    std::string error;
    try {
      engine.run_forward_pass({.id = 1, .prompt_tokens = prompt_tokens, .max_tokens = max_tokens});
    } catch (const EngineError& failure) {
      error = failure.what();
    }
    assert(error.find("GGUF") != std::string::npos || error.find("model") != std::string::npos);
  };
}

// As it was committed: a panic ends only the task, whose JoinError is thrown away.
std::function<void()> test_cancel_during_forward_pass(const Switches& switches) {
  return [switches] {
    cancel_later(switches, [](Engine& engine, const Request& request) {
      std::thread pass([&] {
        try {
          run_forward_pass(engine, request);
        } catch (const Panic&) {  // let _ = handle.await
        }
      });
      pass.join();
    });
  };
}

// As the document prints it: the test itself awaits the pass, so a panic would fail it.
std::function<void()> test_cancel_during_forward_pass_as_printed(const Switches& switches) {
  return [switches] { cancel_later(switches, run_forward_pass); };
}

// The same with a model, without the sleep, and with a panic that counts.
std::function<void()> test_cancel_during_forward_pass_corrected(const Switches& switches) {
  return [switches] {
    Engine engine(as_wanted(switches));
    const RequestId id = engine.submit(prompt_tokens, max_tokens);
    const Request request = *engine.status(id);
    std::thread canceller([&] { engine.cancel(id); });
    std::thread pass([&] { run_forward_pass(engine, request); });
    pass.join();
    canceller.join();
  };
}

}  // namespace expect_on_race
