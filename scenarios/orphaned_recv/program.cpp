// Puts parent, child and the user at the keyboard together.
#include "scenarios/orphaned_recv/program.h"

#include <cstdlib>

namespace orphaned_recv {
namespace {

// For the test that the verdicts depend on the modelled cause: with this set, a request that nobody acknowledges is an
// error.
constexpr const char* remove_the_cause = "ORPHANED_RECV_WITHOUT_ITS_CAUSE";

// A thread that does something unless it is told in time that this is not wanted.
class After {
 public:
  After(Span span, std::function<void()> act)
      : thread_([this, span, act = std::move(act)] {
          std::unique_lock lock(mutex_);
          if (!called_off_changed_.wait_for(lock, span, [this] { return called_off_; })) act();
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

// The user presses Ctrl-C: what the handler of the signal does.
void press(const primitives::Wakeup& wakeup, int times) {
  int written = 0;
  int refused = 0;
  for (int i = 0; i < times; ++i) ++(wakeup.write('\2') == 0 ? written : refused);
  wedge::note("Ctrl-C, pressed " + std::to_string(times) + " times: " + std::to_string(written) + " writes succeed, " +
              std::to_string(refused) + " say EAGAIN");
}

void end_test_process() {
  std::fputs("the test takes longer than 3 s\n", stderr);
  std::abort();
}

}  // namespace

void run(const Switches& as_declared) {
  Switches switches = as_declared;
  if (std::getenv(remove_the_cause) != nullptr) switches.unacknowledged = Switches::Unacknowledged::is_an_error;
  InterpreterLock lock(switches.interpreter_lock);
  auto sockets = primitives::connected_pair();
  Child child(switches, lock, std::move(sockets[0]));
  Parent parent(switches, lock, child, std::move(sockets[1]));
  wedge::Obligation test_ends("the test ends", [&] { return parent.explain(); });
  wedge::deadline(limit(switches.hangs_if_idle_for));
  const auto start = std::chrono::steady_clock::now();
  {
    std::optional<After> user;
    if (switches.interrupted_at)
      user.emplace(limit(*switches.interrupted_at), [&] { press(parent.loop().wakeup(), switches.presses); });
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
