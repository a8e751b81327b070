// An object is used after its end: its last reference was given back, and then somebody found it and took one more.
//   Source    textbook: a cache of reference-counted objects that looks up without the lock of the owner
//   Symptom   a use after the end, and the end comes twice
//   Left out  the memory; the end is a flag
//
//   owner                            user
//   1  gives back the last reference
//                                    2  finds the object in the table
//                                    3  takes a reference: from 0 to 1
//   4  takes it out of the table and ends it
//                                    5  uses it: the assertion fails
#include <atomic>
#include <cassert>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Take { always, unless_zero };

class CachedObject {
 public:
  explicit CachedObject(Take take) : take_(take) {}

  bool find() {
    if (!in_table_) return false;  // 2
    if (take_ == Take::always) {
      ++references_;  // 3
      return true;
    }
    int seen = references_;
    while (seen != 0 && !references_.compare_exchange_strong(seen, seen + 1)) {
    }
    return seen != 0;
  }

  void use() const {
    const bool ended = ended_;
    assert(!ended);  // 5
  }

  void give_back() {
    if (--references_ > 0) return;  // 1
    in_table_ = false;              // 4
    ended_ = true;
  }

 private:
  Take take_;
  std::atomic<int> references_{1};
  std::atomic<bool> in_table_{true};
  std::atomic<bool> ended_{false};
};

void use_while_given_back(Take take) {
  CachedObject object(take);
  std::thread user([&] {
    if (!object.find()) return;
    object.use();
    object.give_back();
  });
  object.give_back();
  user.join();
}

const wedge::Scenario scenario{
    .id = "patterns/resurrected-reference",
    .title = "a reference count that comes back from zero",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { use_while_given_back(Take::always); },
             wedge::expect(wedge::Outcome::panic, "assertion `!ended' failed")},
            {"fix/unless-zero", [] { use_while_given_back(Take::unless_zero); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
