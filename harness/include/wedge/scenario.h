// How a scenario is written: an id, its variants with their bodies and declared verdicts, and what must have happened
// by the end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <wedge/outcome.h>

namespace wedge {

// What a variant is declared to do. `text`, if given, must occur in what the outcome says.
struct Expectation {
  Outcome outcome = Outcome::pass;
  std::string text;
  bool races = false;        // data races may be found beside it
  std::string too_rare_for;  // a strategy, or empty

  Expectation with_race() && {
    races = true;
    return std::move(*this);
  }

  // For a failure to which this strategy has no real chance to come: a campaign of it that finds nothing is as declared
  // and says so. Any other must find it.
  Expectation too_rare(std::string strategy) && {
    too_rare_for = std::move(strategy);
    return std::move(*this);
  }
};

inline Expectation expect(Outcome outcome, std::string text = {}) { return {outcome, std::move(text), false, {}}; }

// Where a variant cannot be run, and is left out with this reason.
enum class Unfit : std::uint8_t {
  nothing,
  real_time,  // it takes longer than anybody waits: controlled runs only
  sanitizer,  // it does on purpose what ThreadSanitizer reports, or cannot stand
};

struct Variant {
  std::string name;
  std::function<void()> body;  // runs as task 0, many times in one process: leave no state behind
  Expectation expectation;
  std::uint64_t max_steps = 0;  // of one execution before it counts as a livelock; 0: the default of `wedge run`
  Unfit unfit_for = Unfit::nothing;
};

struct Scenario {
  std::string id;
  std::string title;
  std::string source;
  std::vector<Variant> variants;
};

// Makes a scenario known to `wedge list` and `wedge run`. One static object per scenario; the scenario must outlive it.
class Registration {
 public:
  explicit Registration(const Scenario& scenario);
};

// Something that must have happened by quiescence: when no task can go on any more, or all have ended.
// Lives on a stack of the scenario; may be fulfilled by any task.
//
// `explain`, if given, says why it has not happened; what it returns becomes part of the text of the failure, so it
// must not depend on addresses or real time. It is called when the execution has failed already and every other task
// stands still: it needs no lock, and must take none and wait for nothing. A class of hang that the text begins with
// tells the reader what kind it is.
class Obligation {
 public:
  explicit Obligation(std::string_view what, std::function<std::string()> explain = {});
  ~Obligation();
  Obligation(const Obligation&) = delete;
  Obligation& operator=(const Obligation&) = delete;
  void fulfil();
  bool fulfilled() const;
  std::string_view what() const { return what_; }
  // What has not happened, and why. Calls `explain`.
  std::string unmet() const {
    const std::string why = explain_ ? explain_() : std::string();
    return why.empty() ? what_ : what_ + "; " + why;
  }
  const Obligation* next() const { return next_; }

 private:
  std::string what_;
  std::function<std::string()> explain_;
  std::atomic<bool> fulfilled_{false};  // on the free rungs tasks are real threads
  Obligation* next_ = nullptr;
};

// From now on at most this much virtual time may pass while nothing can run; more is the outcome `deadline`, whose text
// names the first obligation that is not fulfilled by then. Time that a strategy spends on an early timeout does not
// count.
// On the free rungs time is real: the execution counts as hung when it has not ended after this much time from now on,
// whatever --hang-after says. So a scenario that takes longer than --hang-after must say so by a deadline.
void deadline(std::chrono::nanoseconds limit);

// A line for the trace: what the scenario wants the reader to know at this step. The order of what tasks do next behind
// such lines is something that the strategy `surw` searches by itself.
void note(std::string_view text);

// Data races for these bytes are harmless, for this reason, until the execution ends; reports list them with it. Call
// it before they happen. Only what is compiled with -fsanitize=thread is searched for races.
void benign_race(const volatile void* address, std::size_t size, std::string_view reason);

// There is progress, though nothing of it can be seen in the state of the program: for what polls by design. The steps
// of an execution before it counts as a livelock are counted from the last such call.
void progress();

// One of n equally permitted results, from 0: the strategy chooses, and the trace records it. Elsewhere always 0.
std::uint32_t choose(std::uint32_t n);

// For libraries that are simulated or wrapped: the program has broken a rule of theirs. Ends the execution with the
// outcome `misuse` and this text; returns where misuse is not reported (--no-misuse).
void misuse(std::string_view text);

// For such libraries, too: `explain` is asked when the execution hangs (deadlock, lost wakeup, unmet obligation,
// deadline, livelock), and what it returns becomes part of the text. `now` is virtual time, as CLOCK_MONOTONIC has it.
// As with an obligation, every task stands still then: take no lock and wait for nothing. It may call note(). One for
// each execution, until that ends; null: none.
void explain_hang(std::string (*explain)(std::chrono::nanoseconds now));

// Whether the caller runs inside a controlled execution. Not so on the free rungs.
bool controlled();

// What a scenario program's main() consists of: serves `wedge`, or explains itself when started by hand.
int scenario_main(int argc, char** argv);

}  // namespace wedge
