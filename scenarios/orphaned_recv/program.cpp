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
  Keyboard(const Switches& switches, Child& child, const primitives::EventLoop& loop)
      : switches_(switches), child_(child), loop_(loop) {}

  std::optional<Span> press() {
    if (presses_ == 0 && !child_.works_within(0s)) return limit(switches_.first_press);
    ++(loop_.wakeup().write('\2') == 0 ? written_ : refused_);
    return ++presses_ < switches_.presses ? std::optional(limit(switches_.press_every)) : std::nullopt;
  }
  std::string explain() const {
    if (presses_ == 0) return {};
    return "; Ctrl-C: " + std::to_string(written_) + " writes succeed, " + std::to_string(refused_) +
           " say EAGAIN, the loop has read " + std::to_string(loop_.interrupts_taken());
  }

 private:
  const Switches& switches_;
  Child& child_;
  const primitives::EventLoop& loop_;
  int presses_ = 0;
  int written_ = 0;
  int refused_ = 0;
};

std::optional<Span> end_test_process() {
  std::fputs("the test takes longer than 3 s\n", stderr);
  std::abort();
}

}  // namespace

void run(const Switches& switches) {
  InterpreterLock lock(switches.interpreter_lock);
  auto sockets = primitives::connected_pair();
  Child child(switches, lock, std::move(sockets[0]));
  Parent parent(switches, lock, child, std::move(sockets[1]));
  Keyboard keyboard(switches, child, parent.loop());
  wedge::Obligation test_ends("the test ends", [&] { return parent.explain() + keyboard.explain(); });
  wedge::deadline(limit(switches.hangs_if_idle_for));
  const auto start = std::chrono::steady_clock::now();
  {
    std::optional<After> user;
    if (switches.presses > 0) user.emplace(limit(switches.first_press), [&] { return keyboard.press(); });
    std::optional<After> watchdog;
    if (switches.has_test_timeout) watchdog.emplace(limit(3s), end_test_process);
    parent.run();
  }
  test_ends.fulfil();
  if (switches.takes_at_least && std::chrono::steady_clock::now() - start < limit(*switches.takes_at_least))
    std::abort();
  child.end_with_process();
}

}  // namespace orphaned_recv
