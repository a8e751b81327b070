// A session is used through a null pointer: it was there when the writer looked, and gone when it wrote.
//   Source    invented: check-then-act on a pointer
//   Symptom   a segmentation fault at an address near 0
//   Left out  the end of the session's life; here it outlives both tasks, so only the pointer is at fault
//
//   writer                           main
//   1  sees current_ != nullptr
//                                    2  current_ = nullptr
//   3  reads current_ again and writes through it
#include <atomic>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Read { twice, once };

struct Session {
  int bytes = 0;
};

class Connection {
 public:
  explicit Connection(Read read) : read_(read) {}

  void write(int bytes) {
    Session* const seen = current_;
    if (seen == nullptr) return;  // 1
    Session* const used = read_ == Read::twice ? current_.load() : seen;
    used->bytes += bytes;  // 3
  }

  void close() { current_ = nullptr; }  // 2

 private:
  Read read_;
  Session session_;
  std::atomic<Session*> current_{&session_};
};

void close_while_writing(Read read) {
  Connection connection(read);
  std::thread writer([&] { connection.write(100); });
  connection.close();
  writer.join();
}

const wedge::Scenario scenario{
    .id = "canaries/closed-session",
    .title = "check-then-act that ends in a null dereference",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { close_while_writing(Read::twice); },
             wedge::expect(wedge::Outcome::crash, "segmentation fault")},
            {"fix/read-once", [] { close_while_writing(Read::once); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
