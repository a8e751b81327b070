// A subscriber is called after it was freed: the dispatcher took it out of the table under the lock, and calls it
// without.
//   Source    invented: snapshot under the lock, use after it
//   Symptom   a count that is sometimes nonsense; now and then a crash somewhere else
//   Left out  the table of many subscribers, and what the subscriber does when it is called
//
//   dispatcher                       main
//   1  locks, finds the subscriber, unlocks
//                                    2  locks, takes it out, unlocks
//                                    3  deletes it
//   4  looks whether it is active
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Ownership { table_only, shared };

struct Subscriber {
  std::atomic<bool> active{true};
};

class Table {
 public:
  explicit Table(Ownership ownership) : ownership_(ownership) {}

  bool dispatch() {
    std::shared_ptr<Subscriber> kept;
    Subscriber* found = nullptr;
    {
      const std::scoped_lock lock(mutex_);  // 1
      found = subscriber_.get();
      if (ownership_ == Ownership::shared) kept = subscriber_;
    }
    return found != nullptr && found->active.load();  // 4
  }

  void unregister() {
    std::shared_ptr<Subscriber> last;
    const std::scoped_lock lock(mutex_);  // 2
    last.swap(subscriber_);
  }  // 3

 private:
  Ownership ownership_;
  std::mutex mutex_;
  std::shared_ptr<Subscriber> subscriber_ = std::make_shared<Subscriber>();
};

void unregister_while_dispatching(Ownership ownership) {
  Table table(ownership);
  std::thread dispatcher([&] { table.dispatch(); });
  table.unregister();
  dispatcher.join();
}

const wedge::Scenario scenario{
    .id = "canaries/early-release",
    .title = "an object is freed between being found under the lock and being used",
    .source = "textbook",
    .variants =
        {
            {.name = "as-found",
             .body = [] { unregister_while_dispatching(Ownership::table_only); },
             .expectation = wedge::expect(wedge::Outcome::misuse, "use after free").with_race(),
             .unfit_for = wedge::Unfit::sanitizer},
            {"fix/shared", [] { unregister_while_dispatching(Ownership::shared); },
             wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
