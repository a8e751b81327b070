// What the C++ library hands from task to task may be read there without a lock: must pass under every schedule.
//
// The data is plain on purpose. Whoever overlooks that a reference count, a flag or a thread's end orders it, sees a
// race here that does not exist.
//   Left out  std::atomic<std::shared_ptr>: before GCC 13 its load() races with its store() in earnest, see
//             harness/e2e/races
#include <cassert>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

constexpr int made_value = 42;

// Written by its constructor, read by its users, written once more by whoever drops it last.
class Document {
 public:
  explicit Document(int pages) : pages_(pages) {}
  ~Document() { pages_ = 0; }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  int pages() const { return pages_; }

 private:
  int pages_;
};

void last_owner_destroys() {
  auto document = std::make_shared<Document>(made_value);
  const auto read = [](std::shared_ptr<Document> mine) {
    assert(mine->pages() == made_value);
    mine.reset();
  };
  std::thread one(read, document);
  std::thread other(read, document);
  read(std::move(document));
  one.join();
  other.join();
}

void weak_reference_is_locked() {
  auto document = std::make_shared<Document>(made_value);
  std::thread reader([weak = std::weak_ptr<Document>(document)] {
    if (const auto locked = weak.lock()) assert(locked->pages() == made_value);
  });
  document.reset();
  reader.join();
}

void separate_copies_of_one_pointer() {
  const auto document = std::make_shared<const std::string>("too long to be kept inside the string object itself");
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([copy = document]() mutable {
      const auto again = copy;
      copy = nullptr;
      assert(again->size() > 40);
    });
  for (std::thread& reader : readers) reader.join();
}

void called_once() {
  std::once_flag flag;
  int made = 0;
  const auto use = [&] {
    std::call_once(flag, [&] { made = made_value; });
    assert(made == made_value);
  };
  std::thread one(use);
  std::thread other(use);
  use();
  one.join();
  other.join();
}

// Made in the first execution of a process only, and kept for ever: what later ones see is the fast path.
const Document& shared_document() {
  static const auto* made = new Document(made_value);
  return *made;
}

void local_static() {
  const auto use = [] { assert(shared_document().pages() == made_value); };
  std::thread one(use);
  std::thread other(use);
  one.join();
  other.join();
}

void handed_to_a_thread_and_back() {
  std::vector<int> numbers{1, 2, 3};
  std::thread doubles([&numbers] {
    for (int& number : numbers) number *= 2;
  });
  doubles.join();
  numbers.push_back(8);
  std::thread sums([&numbers, sum = 0]() mutable {
    for (const int number : numbers) sum += number;
    assert(sum == 20);
    numbers.clear();
  });
  sums.join();
  assert(numbers.empty());
}

// The second thread may well live on the stack, and in the thread_locals, of the first.
void one_thread_after_another() {
  thread_local int local = 0;
  for (int i = 0; i < 2; ++i)
    std::thread([] {
      int here[4] = {};
      for (int& number : here) number = ++local;
      assert(here[3] == 4);
    }).join();
}

const wedge::Scenario scenario{
    .id = "correct/library-sharing",
    .title = "plain data behind reference counts, one-time initialisation and threads' ends",
    .source = "",
    .variants =
        {
            {"last-owner-destroys", last_owner_destroys, wedge::expect(wedge::Outcome::pass)},
            {"weak-reference-is-locked", weak_reference_is_locked, wedge::expect(wedge::Outcome::pass)},
            {"separate-copies-of-one-pointer", separate_copies_of_one_pointer, wedge::expect(wedge::Outcome::pass)},
            {"called-once", called_once, wedge::expect(wedge::Outcome::pass)},
            {"local-static", local_static, wedge::expect(wedge::Outcome::pass)},
            {"handed-to-a-thread-and-back", handed_to_a_thread_and_back, wedge::expect(wedge::Outcome::pass)},
            {"one-thread-after-another", one_thread_after_another, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
