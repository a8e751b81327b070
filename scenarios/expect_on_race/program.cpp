// Puts the engine and its clients together.
#include "scenarios/expect_on_race/program.h"

namespace expect_on_race {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t second_prompt = 2;  // tells the second client's request from the others

class Program {
 public:
  explicit Program(const Switches& switches) : switches_(switches), engine_(switches) {}

  void run() {
    wedge::deadline(2s);
    wedge::Obligation all_done("every client gets its answer and the engine stops", [this] { return explain(); });
    engine_.start();
    spawn("client A", [this] { first(); });
    if (switches_.cancels == Switches::Cancels::ctrl_c) spawn("the user", [this] { ctrl_c_.press(); });
    if (switches_.second_client) spawn("client B", [this] { second(); });
    if (switches_.third_client) spawn("client C", [this] { complete_over_http(engine_, 1, 1); });
    if (switches_.second_waits != Switches::Waits::over_http) spawn("the user of B", [this] { lose_patience(); });
    if (switches_.reload != Switches::Reload::never) spawn("the operator", [this] { reload(); });
    for (std::thread& task : tasks_) task.join();
    engine_.stop();
    engine_.join();
    if (!was_refused(first_got_) && !was_refused(second_got_)) all_done.fulfil();
  }

 private:
  template <typename Task>
  void spawn(std::string_view name, Task task) {
    tasks_.emplace_back([name, task] {
      primitives::name_this_task(name);
      task();
    });
  }

  void first() {
    if (switches_.cancels == Switches::Cancels::client) return cancel_over_http(engine_);
    if (switches_.cancels == Switches::Cancels::ctrl_c)
      first_got_ = run_locally(engine_, ctrl_c_, Form::generate, 1, 2);
    else
      first_got_ = complete_over_http(engine_, 1, switches_.tokens_of_first);
  }

  void second() {
    if (switches_.second_waits == Switches::Waits::over_http)
      second_got_ = complete_over_http(engine_, second_prompt, 2);
    else
      second_got_ = run_locally(engine_, ctrl_c_of_second_,
                                switches_.second_waits == Switches::Waits::in_stream ? Form::stream : Form::generate,
                                second_prompt, 2);
  }

  void reload() {
    std::this_thread::sleep_for(50ms);
    engine_.reload_model();
  }

  void lose_patience() {
    std::this_thread::sleep_for(500ms);
    ctrl_c_of_second_.press();
  }

  bool was_refused(RequestState got) const { return got == RequestState::failed && !switches_.second_fails; }

  std::string explain() const {
    const std::string who = engine_.self_deadlock_at_rest();
    if (who.empty())
      return was_refused(first_got_) || was_refused(second_got_) ? "a client is told that its request has failed" : "";
    const bool in_vain = ctrl_c_of_second_.was_pressed() && second_got_ == RequestState::pending;
    return "deadlock: " + who + (in_vain ? "; Ctrl-C was pressed, and client B goes on waiting" : "");
  }

  const Switches switches_;
  Engine engine_;
  CtrlC ctrl_c_;
  CtrlC ctrl_c_of_second_;
  RequestState first_got_ = RequestState::pending;
  RequestState second_got_ = RequestState::pending;
  std::vector<std::thread> tasks_;
};

}  // namespace

void run(Switches switches) { Program(as_wanted(switches)).run(); }

std::function<void()> with(const Switches& switches) {
  return [switches] { run(switches); };
}

}  // namespace expect_on_race
