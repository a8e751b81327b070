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
    if (is_cancelled_by_ctrl_c()) spawn("the user", [this] { ctrl_c_.press(); });
    if (switches_.second_client) spawn("client B", [this] { second(); });
    if (switches_.third_client) spawn("client C", [this] { third_got_ = complete_over_http(engine_, 1, 1); });
    if (switches_.submissions > 0) spawn("client D", [this] { submit_only(); });
    if (switches_.second_waits != Switches::Waits::over_http) spawn("the user of B", [this] { lose_patience(); });
    if (switches_.reload != Switches::Reload::never) spawn("the operator", [this] { reload(); });
    for (std::thread& task : tasks_) task.join();
    engine_.stop();
    engine_.join();
    if (wrong_answer().empty()) all_done.fulfil();
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
    if (is_cancelled_by_ctrl_c())
      first_got_ =
          run_locally(engine_, ctrl_c_,
                      switches_.cancels == Switches::Cancels::ctrl_c_in_stream ? Form::stream : Form::generate, 1, 2);
    else
      first_got_ = complete_over_http(engine_, 1, switches_.tokens_of_first);
  }

  void second() {
    if (switches_.second_comes == Switches::Comes::after_a_first_token) await_a_first_token();
    if (switches_.second_waits == Switches::Waits::over_http)
      second_got_ = complete_over_http(engine_, second_prompt, switches_.tokens_of_second);
    else
      second_got_ = run_locally(engine_, ctrl_c_of_second_,
                                switches_.second_waits == Switches::Waits::in_stream ? Form::stream : Form::generate,
                                second_prompt, switches_.tokens_of_second);
  }

  void submit_only() {
    for (std::size_t i = 0; i < switches_.submissions; ++i) {
      engine_.submit(1, 1);
      std::this_thread::sleep_for(50ms);
    }
  }

  void await_a_first_token() {
    for (;;) {
      const auto first = engine_.status(1);
      if (first && first->generated_tokens > 0) return;
      std::this_thread::sleep_for(20ms);
    }
  }

  void reload() {
    std::this_thread::sleep_for(50ms);
    engine_.reload_model();
  }

  void lose_patience() {
    for (int i = 0; i < 10; ++i) {  // many naps: one that ends early does not make half a second of nothing
      std::this_thread::sleep_for(50ms);
      if (second_got_ != RequestState::pending) return;
    }
    ctrl_c_of_second_.press();
  }

  bool is_cancelled_by_ctrl_c() const {
    return switches_.cancels == Switches::Cancels::ctrl_c_in_generate ||
           switches_.cancels == Switches::Cancels::ctrl_c_in_stream;
  }

  // Empty if those clients who have ended were told what they ought to be.
  std::string wrong_answer() const {
    const bool b_failed = second_got_ == RequestState::failed;
    if (first_got_ == RequestState::failed || third_got_ == RequestState::failed ||
        (b_failed && !switches_.second_fails))
      return "a client is told that its request has failed";
    const bool b_succeeded = second_got_ == RequestState::completed;
    return b_succeeded && switches_.second_fails ? "client B is not told that its request has failed" : "";
  }

  std::string explain() const {
    const std::string who = engine_.self_deadlock_at_rest();
    if (who.empty())
      for (const std::string& why : {engine_.death_at_rest(), engine_.left_request_at_rest(), wrong_answer()})
        if (!why.empty()) return why;
    if (who.empty()) return {};
    const bool in_vain = ctrl_c_of_second_.was_pressed() && second_got_ == RequestState::pending;
    const bool has_left = first_got_ == RequestState::cancelled;
    return "deadlock: " + who + (in_vain ? "; Ctrl-C was pressed, and client B goes on waiting" : "") +
           (has_left ? "; client A has cancelled and left" : "");
  }

  const Switches switches_;
  Engine engine_;
  CtrlC ctrl_c_;
  CtrlC ctrl_c_of_second_;
  RequestState first_got_ = RequestState::pending;
  std::atomic<RequestState> second_got_{RequestState::pending};
  RequestState third_got_ = RequestState::pending;
  std::vector<std::thread> tasks_;
};

}  // namespace

void run(Switches switches) { Program(as_wanted(switches)).run(); }

std::function<void()> with(const Switches& switches) {
  return [switches] { run(switches); };
}

}  // namespace expect_on_race
