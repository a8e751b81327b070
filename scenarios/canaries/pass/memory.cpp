// Memory that is used as it may be, in ways that an oracle for freed memory can misunderstand.
//
// What a body leaves behind here is still reachable when it ends: nothing is lost, and none of it is a leak.
//   Left out  programs of their own, whose static variables end with them; harness/e2e has them
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

constexpr std::size_t long_text = 100;

// The C library keeps the text for as long as the thread lives, and only the thread's own memory points to it.
void kept_by_the_c_library() {
  std::thread task([] { assert(std::strlen(strerror(12345)) > 0); });
  assert(std::strlen(strerror(12345)) > 0);
  task.join();
}

std::vector<std::unique_ptr<std::string>>& registry() {
  static std::vector<std::unique_ptr<std::string>> all;
  return all;
}

// The second execution fills a vector whose memory is from the first one.
void kept_by_a_static_container() {
  auto& all = registry();
  if (all.size() > 50) all.clear();
  std::thread task([&] { all.push_back(std::make_unique<std::string>(long_text, 'a')); });
  task.join();
  all.push_back(std::make_unique<std::string>(long_text, 'b'));
}

std::atomic<std::uint64_t> packed{0};

// A counter in the upper bits, against ABA: no word in memory is the address.
void kept_by_a_packed_pointer() {
  delete reinterpret_cast<int*>(packed.load() & 0xffffffffffff);
  auto* const number = new int(1);
  packed = reinterpret_cast<std::uint64_t>(number) | (std::uint64_t{7} << 48);
}

thread_local std::vector<std::string> cache;

void caches_end_with_their_tasks() {
  const auto use = [] { cache.emplace_back(long_text, 'c'); };
  std::thread one(use);
  std::thread other(use);
  use();
  one.join();
  other.join();
}

void exceptions_between_tasks() {
  auto failed = std::async(std::launch::async, [] { throw std::runtime_error(std::string(long_text, 'd')); });
  try {
    failed.get();
    assert(false);
  } catch (const std::runtime_error& error) {
    assert(std::strlen(error.what()) == long_text);
  }
}

// Grown, shrunk and aligned, by one task after another.
void every_way_to_allocate() {
  auto* grown = static_cast<char*>(std::malloc(10));
  std::memcpy(grown, "123456789", 10);
  std::thread task([&] { grown = static_cast<char*>(std::realloc(grown, 5000)); });
  task.join();
  assert(std::strcmp(grown, "123456789") == 0);
  grown = static_cast<char*>(std::realloc(grown, 10));
  assert(std::strcmp(grown, "123456789") == 0);
  std::free(grown);
  struct alignas(64) Wide {
    char bytes[64];
  };
  const auto wide = std::make_unique<Wide[]>(3);
  assert(reinterpret_cast<std::uintptr_t>(wide.get()) % 64 == 0);
  void* page = nullptr;
  assert(posix_memalign(&page, 4096, 100) == 0 && reinterpret_cast<std::uintptr_t>(page) % 4096 == 0);
  std::free(page);
  auto* zeroed = static_cast<int*>(std::calloc(10, sizeof(int)));
  for (int i = 0; i < 10; ++i) assert(zeroed[i] == 0);
  std::free(zeroed);
}

// The next task may stand on the stack of the one that has ended.
void locals_of_one_task_after_another() {
  for (int i = 0; i < 3; ++i) {
    int written = 0;
    std::thread task([&written] {
      std::array<int, 100> local{};
      local.fill(1);
      written = local.back();
    });
    task.join();
    assert(written == 1);
  }
}

const wedge::Scenario scenario{
    .id = "canaries/pass/memory",
    .title = "memory that is used as it may be, and kept where it may be",
    .source = "",
    .variants =
        {
            {"kept-by-the-c-library", kept_by_the_c_library, wedge::expect(wedge::Outcome::pass)},
            {"kept-by-a-static-container", kept_by_a_static_container, wedge::expect(wedge::Outcome::pass)},
            {"kept-by-a-packed-pointer", kept_by_a_packed_pointer, wedge::expect(wedge::Outcome::pass)},
            {"caches-end-with-their-tasks", caches_end_with_their_tasks, wedge::expect(wedge::Outcome::pass)},
            {"exceptions-between-tasks", exceptions_between_tasks, wedge::expect(wedge::Outcome::pass)},
            {"every-way-to-allocate", every_way_to_allocate, wedge::expect(wedge::Outcome::pass)},
            {"locals-of-one-task-after-another", locals_of_one_task_after_another, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
