// A letter is never delivered: closing the box beats the postman to it, and what is in the box is forgotten.
//   Source    invented; the shape of every server that drops its queue when it stops
//   Symptom   nothing hangs and nothing fails: an answer just never comes
//   Left out  the sender's own deadline, which would turn the loss into a timeout somewhere else
//
//   postman                          main
//                                    1  posts the letter
//                                    2  closes the box
//   3  sees closed_, goes home
//                                    4  all have ended, and the letter is in the box
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>

#include <wedge/scenario.h>

namespace {

enum class Close { at_once, when_empty };

class Mailbox {
 public:
  explicit Mailbox(Close close) : close_(close) {}

  void post(std::function<void()> letter) {
    const std::scoped_lock lock(mutex_);
    letters_.push(std::move(letter));  // 1
    changed_.notify_one();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;  // 2
    changed_.notify_one();
  }

  void deliver() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return closed_ || !letters_.empty(); });
      if (closed_ && (close_ == Close::at_once || letters_.empty())) return;  // 3
      letters_.front()();
      letters_.pop();
    }
  }

 private:
  Close close_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> letters_;
  bool closed_ = false;
};

void post_and_close(Close close) {
  wedge::Obligation delivered("the letter is delivered");
  Mailbox mailbox(close);
  std::thread postman([&] { mailbox.deliver(); });
  mailbox.post([&] { delivered.fulfil(); });
  mailbox.close();
  postman.join();  // 4
}

const wedge::Scenario scenario{
    .id = "canaries/closed-mailbox",
    .title = "a request that is dropped when its server stops",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { post_and_close(Close::at_once); },
             wedge::expect(wedge::Outcome::unmet_obligation, "the letter is delivered")},
            {"fix/when-empty", [] { post_and_close(Close::when_empty); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
