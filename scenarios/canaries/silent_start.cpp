// A start ends, but nobody is told, and everything waits although no task holds anything.
//   Source    invented; the shape of a start-up that waits for a message which an error path does not send
//   Symptom   the caller waits for a start that has long been given up
//   Left out  the log line that said so
//
//   starter                          main
//                                    1  cancelled_ = true
//   2  sees cancelled_, gives up
//                                    3  waits for a unit that nobody will post
#include <semaphore.h>
#include <atomic>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Told { when_started, in_any_case };

class Service {
 public:
  explicit Service(Told told) : told_(told) { sem_init(&settled_, 0, 0); }
  ~Service() { sem_destroy(&settled_); }

  void start() {
    if (cancelled_ && told_ == Told::when_started) return;  // 2
    sem_post(&settled_);
  }

  void cancel() { cancelled_ = true; }         // 1
  void await_start() { sem_wait(&settled_); }  // 3

 private:
  Told told_;
  std::atomic<bool> cancelled_{false};
  sem_t settled_;
};

void cancel_while_starting(Told told) {
  Service service(told);
  std::thread starter([&] { service.start(); });
  service.cancel();
  service.await_start();
  starter.join();
}

const wedge::Scenario scenario{
    .id = "canaries/silent-start",
    .title = "a hang without a cycle: the one who would wake has gone home",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { cancel_while_starting(Told::when_started); },
             wedge::expect(wedge::Outcome::deadlock, "nobody is left to wake")},
            {"fix/in-any-case", [] { cancel_while_starting(Told::in_any_case); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
