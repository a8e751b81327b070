// What the C++ library shares between tasks is counted, made once and handed over once: must pass under every schedule.
//   Left out  nothing that can block; pass/waiting.cpp has that
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <wedge/scenario.h>

namespace {

class Counted {
 public:
  explicit Counted(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~Counted() { --alive_; }

 private:
  std::atomic<int>& alive_;
};

void shared_pointer() {
  std::atomic<int> alive{0};
  auto shared = std::make_shared<Counted>(alive);
  const std::weak_ptr<Counted> weak = shared;
  std::thread one([copy = shared]() mutable { copy.reset(); });
  std::thread other([&] {
    if (const auto locked = weak.lock()) assert(alive == 1);
  });
  shared.reset();
  one.join();
  other.join();
  assert(alive == 0 && weak.expired());
}

void call_once() {
  std::once_flag flag;
  std::atomic<int> calls{0};
  const auto use = [&] {
    std::call_once(flag, [&] { ++calls; });
    assert(calls == 1);
  };
  std::thread one(use);
  std::thread other(use);
  use();
  one.join();
  other.join();
}

// Which of the two meets the exception is open; the other one, or a second attempt, succeeds.
void call_once_after_exception() {
  std::once_flag flag;
  std::atomic<int> attempts{0};
  const auto use = [&] {
    try {
      std::call_once(flag, [&] {
        if (attempts++ == 0) throw std::runtime_error("first attempt");
      });
    } catch (const std::runtime_error&) {
      return 1;
    }
    return 0;
  };
  std::atomic<int> failed{0};
  std::thread one([&] { failed += use(); });
  failed += use();
  one.join();
  assert(failed == 1);
}

// Each execution makes its own; those of before are kept, so that no order of destruction matters.
void local_static() {
  const auto use = [] {
    static const auto* made = new int(42);
    assert(*made == 42);
    return made;
  };
  const int* seen = nullptr;
  std::thread one([&] { seen = use(); });
  const int* mine = use();
  one.join();
  assert(seen == mine);
}

void join_sees_the_end() {
  std::atomic<bool> ended{false};
  std::thread worker([&] {
    std::this_thread::yield();
    ended = true;
  });
  worker.join();
  assert(ended);
}

const wedge::Scenario scenario{
    .id = "canaries/pass/sharing",
    .title = "reference counts, one-time initialisation, joining",
    .source = "",
    .variants =
        {
            {"shared-pointer", shared_pointer, wedge::expect(wedge::Outcome::pass)},
            {"call-once", call_once, wedge::expect(wedge::Outcome::pass)},
            {.name = "call-once-after-exception",
             .body = call_once_after_exception,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::sanitizer},
            {"local-static", local_static, wedge::expect(wedge::Outcome::pass)},
            {"join-sees-the-end", join_sees_the_end, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
