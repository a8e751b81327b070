// Puts parent, child and the user at the keyboard together.
#include "scenarios/orphaned_recv/program.h"

#include <cstdlib>

namespace orphaned_recv {
namespace {

// A thread that does something again and again until it is told that this is not wanted any more.
class After {
 public:
  // `act` says after how long to do it again; nothing: never.
  After(Span first, std::function<std::optional<Span>()> act)
      : thread_([this, first, act = std::move(act)] {
          std::unique_lock lock(mutex_);
          for (std::optional<Span> next = first; next;) {
            if (called_off_changed_.wait_for(lock, *next, [this] { return called_off_; })) return;
            next = act();
          }
        }) {}
  ~After() {
    {
      const std::lock_guard lock(mutex_);
      called_off_ = true;
      called_off_changed_.notify_all();
    }
    thread_.join();
  }
  After(const After&) = delete;
  After& operator=(const After&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable called_off_changed_;
  bool called_off_ = false;
  std::thread thread_;
};

// The user at the keyboard: does what the handler of the signal does.
class Keyboard {
 public:
  Keyboard(const Switches& switches, const Milestones& milestones, const primitives::EventLoop& loop)
      : switches_(switches), milestones_(milestones), loop_(loop) {}

  std::optional<Span> press() {
    if (!sees_reason()) return limit(looks_every);
    ++(loop_.wakeup().write('\2') == 0 ? written_ : refused_);
    return ++presses_ < switches_.presses ? std::optional(limit(switches_.press_every)) : std::nullopt;
  }
  std::string explain() const {
    if (presses_ == 0) return {};
    return "; Ctrl-C: " + std::to_string(written_) + " writes succeed, " + std::to_string(refused_) +
           " say EAGAIN, the loop has read " + std::to_string(loop_.interrupts_taken());
  }
  static constexpr Span looks_every = 100ms;

 private:
  bool sees_reason() const {
    const bool early = presses_ == 0 && switches_.press_once == Switches::PressOnce::the_child_works;
    return (early ? milestones_.child_works : milestones_.failure_is_there).is_reached();
  }

  const Switches& switches_;
  const Milestones& milestones_;
  const primitives::EventLoop& loop_;
  int presses_ = 0;
  int written_ = 0;
  int refused_ = 0;
};

std::optional<Span> end_test_process() {
  std::fputs("the test takes longer than 3 s\n", stderr);
  std::abort();
}

// What the test has come to; a violated expectation ends the execution with this text.
struct Unexpected : std::logic_error {
  using std::logic_error::logic_error;
};

void check(const Switches& switches, const Milestones& milestones, const Parent& parent, const std::string& error,
           Span took) {
  // A schedule may let the limit of the whole test pass at any time: only other errors count.
  if (switches.error_fails && !error.empty() && !parent.was_too_slow()) throw Unexpected("the test fails: " + error);
  if (switches.child_must_be_gone && !parent.child_is_gone())
    throw Unexpected("the test fails: the child is still there");
  if (!milestones.body_is_over.is_reached()) return;
  if (switches.takes_at_least && took < limit(*switches.takes_at_least)) throw Unexpected("the test ends too early");
  if (switches.must_end_in_error_of_body && error != no_such_attribute)
    throw Unexpected("the error of the body is lost: " + error);
}

}  // namespace

void run(const Switches& switches) {
  InterpreterLock lock(switches.interpreter_lock);
  Milestones milestones;
  auto sockets = primitives::connected_pair();
  Child child(switches, lock, milestones, std::move(sockets[0]));
  Parent parent(switches, lock, milestones, child, std::move(sockets[1]));
  Keyboard keyboard(switches, milestones, parent.loop());
  wedge::Obligation test_ends("the test ends", [&] { return parent.explain() + keyboard.explain(); });
  const bool promises = wedge::controlled() && switches.takes_at_most;
  wedge::deadline(promises ? *switches.takes_at_most : limit(switches.hangs_if_idle_for));
  const auto start = std::chrono::steady_clock::now();
  std::string error;
  {
    std::optional<After> user;
    if (switches.presses > 0) user.emplace(limit(Keyboard::looks_every), [&] { return keyboard.press(); });
    std::optional<After> watchdog;
    if (switches.has_test_timeout) watchdog.emplace(limit(3s), end_test_process);
    error = parent.run();
  }
  test_ends.fulfil();
  const Span took = std::chrono::steady_clock::now() - start;
  child.end_with_process();
  check(switches, milestones, parent, error, took);
}

}  // namespace orphaned_recv
