// One thing done wrong with memory, which FAULT names; with FIXED set, the same done right.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>

namespace {

bool fixed = false;

struct Pair {
  int first = 0;
  int second = 0;
  std::atomic<int> third{0};
  std::mutex mutex;
};

// Keeps the compiler from seeing that a pointer is stale, or that a block is never used.
template <typename T>
T* opaque(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

// Frees the object in another task, before `use` or after it.
template <typename Use>
void with_freed(Use use) {
  auto* pair = opaque(new Pair);
  if (fixed) use(*pair);
  std::thread([pair] { delete pair; }).join();
  if (!fixed) use(*pair);
}

void read_after_free() {
  with_freed([](Pair& pair) {
    if (*opaque(&pair.second) == 77) std::abort();
  });
}
void write_after_free() {
  with_freed([](Pair& pair) { *opaque(&pair.second) = 1; });
}
void atomic_after_free() {
  with_freed([](Pair& pair) { pair.third.fetch_add(1); });
}
void lock_after_free() {
  with_freed([](Pair& pair) { const std::scoped_lock lock(pair.mutex); });
}

void use_after_realloc() {
  auto* old = static_cast<int*>(std::calloc(4, sizeof(int)));
  auto* moved = static_cast<int*>(std::realloc(old, 8 * sizeof(int)));
  *opaque(fixed ? moved : old) = 1;
  std::free(moved);
}

void double_free() {
  void* block = opaque(std::malloc(24));
  std::thread([block] { std::free(block); }).join();
  if (!fixed) std::free(block);
}
void double_delete() {
  auto* block = opaque(new long(1));
  delete block;
  if (!fixed) delete opaque(block);
}

void free_inside() {
  auto* block = opaque(static_cast<char*>(std::malloc(24)));
  std::free(fixed ? block : opaque(block + 16));
}
int variable = 0;
void free_static() {
  if (!fixed) std::free(opaque(&variable));
}
void free_local() {
  int local = 0;
  if (!fixed) std::free(opaque(&local));
}

void malloc_delete() {
  void* block = opaque(std::malloc(sizeof(int)));
  fixed ? std::free(block) : delete static_cast<int*>(block);
}
void new_free() {
  auto* block = opaque(new int(1));
  fixed ? delete block : std::free(block);
}
void new_array_delete() {
  auto* block = opaque(new int[3]);
  fixed ? delete[] block : delete block;
}
void aligned_delete() {
  void* block = opaque(::operator new (64, std::align_val_t{64}));
  if (fixed)
    ::operator delete (block, std::align_val_t{64});
  else
    ::operator delete(block);
}

void dead_stack() {
  std::atomic<int*> shared{nullptr};
  std::atomic<bool> used{false};
  std::thread task([&] {
    int local = 0;
    shared = opaque(&local);
    while (fixed && !used) std::this_thread::yield();
  });
  if (!fixed) task.join();
  while (shared == nullptr) std::this_thread::yield();
  *opaque(shared.load()) = 1;
  used = true;
  if (fixed) task.join();
}

void leak_one() {
  auto* block = opaque(new Pair);
  if (fixed) delete block;
}
struct Node {
  std::shared_ptr<Node> other;
};
void leak_cycle() {
  std::thread([] {
    const auto one = std::make_shared<Node>();
    one->other = std::make_shared<Node>();
    if (!fixed) one->other->other = one;
  }).join();
}
void leak_many() {
  for (int i = 0; i < 100; ++i) {
    auto* block = opaque(static_cast<char*>(std::malloc(20)));
    if (fixed || i % 2 == 0) std::free(block);
  }
  auto* text = opaque(strdup("nobody frees this"));
  if (fixed) std::free(text);
}

const std::map<std::string, void (*)()> faults{
    {"read_after_free", read_after_free},
    {"write_after_free", write_after_free},
    {"atomic_after_free", atomic_after_free},
    {"lock_after_free", lock_after_free},
    {"use_after_realloc", use_after_realloc},
    {"double_free", double_free},
    {"double_delete", double_delete},
    {"free_inside", free_inside},
    {"free_static", free_static},
    {"free_local", free_local},
    {"malloc_delete", malloc_delete},
    {"new_free", new_free},
    {"new_array_delete", new_array_delete},
    {"aligned_delete", aligned_delete},
    {"dead_stack", dead_stack},
    {"leak_one", leak_one},
    {"leak_cycle", leak_cycle},
    {"leak_many", leak_many},
};

}  // namespace

int main() {
  fixed = std::getenv("FIXED") != nullptr;
  faults.at(std::getenv("FAULT"))();
}
