// A reply is lost together with its memory: the client stops waiting, and the server hands it to nobody.
//   Source    invented: ownership given away by a raw pointer, with a timeout on the other side
//   Symptom   the server grows by a little every time a client is impatient
//   Left out  what the reply says, and the timeout: the client simply looks once
//
//   server                           main
//                                    1  takes what is there: nothing yet
//   2  puts the reply there
//                                    3  goes away and never looks again
#include <atomic>
#include <memory>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Slot { raw, owning };

struct Reply {
  long long bytes[4] = {};
};

class Request {
 public:
  explicit Request(Slot slot) : slot_(slot) {}
  ~Request() {
    if (slot_ == Slot::owning) delete reply_.load();
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  void answer() { reply_ = new Reply; }                                                       // 2
  std::unique_ptr<Reply> look() { return std::unique_ptr<Reply>(reply_.exchange(nullptr)); }  // 1

 private:
  Slot slot_;
  std::atomic<Reply*> reply_{nullptr};
};

void look_once(Slot slot) {
  Request request(slot);
  std::thread server([&] { request.answer(); });
  request.look();
  server.join();
}  // 3

const wedge::Scenario scenario{
    .id = "canaries/dropped-reply",
    .title = "a reply that comes too late is never freed",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { look_once(Slot::raw); }, wedge::expect(wedge::Outcome::leak, "a block of 32 bytes")},
            {"fix/owning-slot", [] { look_once(Slot::owning); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
