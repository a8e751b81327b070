// A lookup throws although it asked first: the key vanishes between the two calls.
//   Source    invented: check-then-act on a container whose every method is thread-safe
//   Symptom   the program ends with "terminate called after throwing an instance of 'std::out_of_range'"
//   Left out  the value
//
//   reader                           main
//   1  contains(): true
//                                    2  erase()
//   3  at(): throws, and nobody catches
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Lookup { in_two_calls, in_one_call };

class Sessions {
 public:
  bool contains(int key) {
    const std::scoped_lock lock(mutex_);
    return sessions_.contains(key);
  }
  int at(int key) {
    const std::scoped_lock lock(mutex_);
    return sessions_.at(key);
  }
  std::optional<int> find(int key) {
    const std::scoped_lock lock(mutex_);
    const auto found = sessions_.find(key);
    return found == sessions_.end() ? std::nullopt : std::optional(found->second);
  }
  void erase(int key) {
    const std::scoped_lock lock(mutex_);
    sessions_.erase(key);
  }

 private:
  std::mutex mutex_;
  std::map<int, int> sessions_{{7, 700}};
};

std::optional<int> look_up(Sessions& sessions, Lookup lookup) {
  if (lookup == Lookup::in_one_call) return sessions.find(7);
  if (!sessions.contains(7)) return std::nullopt;  // 1
  return sessions.at(7);                           // 3
}

void look_up_while_erasing(Lookup lookup) {
  Sessions sessions;
  std::thread reader([&] { look_up(sessions, lookup); });
  sessions.erase(7);  // 2
  reader.join();
}

const wedge::Scenario scenario{
    .id = "canaries/vanished-key",
    .title = "check-then-act that ends in an exception nobody catches",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { look_up_while_erasing(Lookup::in_two_calls); },
             wedge::expect(wedge::Outcome::panic, "uncaught exception of type std::out_of_range")},
            {"fix/in-one-call", [] { look_up_while_erasing(Lookup::in_one_call); },
             wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
