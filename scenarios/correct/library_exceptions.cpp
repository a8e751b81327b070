// An exception that several tasks hold is destroyed by whoever lets it go last: must pass under every schedule.
//
// Its references are counted inside the C++ library. Whoever overlooks that a handler's end is one of the places where
// they are counted down, sees the destructor race with what another task has read.
#include <cassert>
#include <exception>
#include <thread>
#include <utility>

#include <wedge/scenario.h>

namespace {

constexpr int made_code = 42;

class Failure {
 public:
  explicit Failure(int code) : code_(code) {}
  Failure(const Failure&) = default;
  Failure& operator=(const Failure&) = delete;
  ~Failure() { code_ = 0; }
  int code() const { return code_; }

 private:
  int code_;
};

// The end of the handler lets it go.
void read_and_let_go(std::exception_ptr mine) {
  try {
    std::rethrow_exception(std::exchange(mine, nullptr));
  } catch (const Failure& failure) {
    assert(failure.code() == made_code);
    std::this_thread::yield();  // the other may let it go now
  }
}

void both_let_go() {
  auto failure = std::make_exception_ptr(Failure(made_code));
  std::thread other(read_and_let_go, failure);
  read_and_let_go(std::move(failure));
  other.join();
}

// Here a pointer may well be what is left last.
void one_only_drops_it() {
  auto failure = std::make_exception_ptr(Failure(made_code));
  std::thread other(read_and_let_go, failure);
  failure = nullptr;
  other.join();
}

// A handler that throws it on does not let it go.
void thrown_on() {
  auto failure = std::make_exception_ptr(Failure(made_code));
  const auto twice = [](std::exception_ptr mine) {
    try {
      try {
        std::rethrow_exception(std::exchange(mine, nullptr));
      } catch (const Failure&) {
        throw;
      }
    } catch (const Failure& again) {
      assert(again.code() == made_code);
      std::this_thread::yield();
    }
  };
  std::thread other(twice, failure);
  twice(std::move(failure));
  other.join();
}

const wedge::Scenario scenario{
    .id = "correct/library-exceptions",
    .title = "exceptions that several tasks hold",
    .source = "",
    .variants =
        {
            {"both-let-go", both_let_go, wedge::expect(wedge::Outcome::pass)},
            {"one-only-drops-it", one_only_drops_it, wedge::expect(wedge::Outcome::pass)},
            {"thrown-on", thrown_on, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
