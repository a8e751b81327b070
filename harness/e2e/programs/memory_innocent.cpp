// Memory that is kept until the program ends, or used in ways that are unusual and right: nothing here is a finding.
#include <cassert>
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

namespace {

std::map<std::string, std::vector<int>> table;  // destroyed after main
std::string* never_destroyed = nullptr;         // reachable for ever
thread_local std::vector<std::string> cache;    // destroyed with its task
thread_local int* raw_cache = nullptr;          // of main: reachable while main is
pthread_key_t key;

struct Generator {
  struct promise_type {
    int value = 0;
    Generator get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int next) {
      value = next;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

Generator count(std::string text) {
  for (int i = 0; i < static_cast<int>(text.size()); ++i) co_yield i;
}

void coroutines() {
  Generator generator = count("long enough for a block of its own");
  for (int i = 0; i < 3; ++i) generator.handle.resume();
  std::thread([&] { generator.handle.resume(); }).join();
  assert(generator.handle.promise().value == 3);
  generator.handle.destroy();
}

void streams() {
  std::ostringstream text;
  text << std::string(1000, 'x') << 1.5 << std::hex << 255;
  std::cout << text.str().size() << std::endl;
  std::printf("%s\n", text.str().substr(0, 3).c_str());
  std::FILE* file = std::tmpfile();
  std::fputs("kept by the library until it is closed", file);
  std::fclose(file);
}

void exceptions() {
  std::exception_ptr kept;
  try {
    throw std::runtime_error(std::string(200, 'e'));
  } catch (...) {
    kept = std::current_exception();
  }
  std::thread([kept] {
    try {
      std::rethrow_exception(kept);
    } catch (const std::exception& error) {
      assert(std::strlen(error.what()) == 200);
    }
  }).join();
}

void functions_and_futures() {
  std::function<int(int)> add = [big = std::string(300, 'f')](int x) { return x + static_cast<int>(big.size()); };
  auto one = std::async(std::launch::async, add, 1);
  std::promise<std::string> promise;
  auto other = promise.get_future();
  std::thread setter([&] { promise.set_value(std::string(50, 'p')); });
  assert(one.get() == 301 && other.get().size() == 50);
  setter.join();
}

void tasks() {
  std::vector<std::thread> all;
  std::mutex mutex;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([i, &mutex] {
      cache.emplace_back(100, 't');
      pthread_setspecific(key, new int(i));
      const std::scoped_lock lock(mutex);
      table[std::to_string(i)].push_back(i);
    });
  for (std::thread& task : all) task.join();
}

void lists_with_tags() {
  struct Item {
    Item* next;
  };
  auto* last = static_cast<Item*>(std::malloc(40));
  last->next = nullptr;
  auto* first = new Item{reinterpret_cast<Item*>(reinterpret_cast<std::uintptr_t>(last) | 1)};
  static Item* head = first;  // the last one is reached by a pointer into its middle
  (void)head;
}

void libraries() {
  const std::regex pattern("(a|b)*c", std::regex::extended);
  assert(std::regex_match("ababc", pattern));
  std::locale named("C");
  assert(std::strlen(strerror(23456)) > 0);
  char* line = nullptr;
  std::size_t size = 0;
  std::FILE* file = fmemopen(const_cast<char*>("one\ntwo\n"), 8, "r");
  while (getline(&line, &size, file) > 0) {
  }
  std::free(line);
  std::fclose(file);
  setenv("KEPT_BY_THE_ENVIRONMENT", std::string(100, 'k').c_str(), 1);
}

}  // namespace

int main(int argc, char**) {
  pthread_key_create(&key, [](void* value) { delete static_cast<int*>(value); });
  never_destroyed = new std::string(100, 'n');
  raw_cache = new int(1);
  auto* on_the_stack_of_main = new std::string(100, 's');
  coroutines();
  streams();
  exceptions();
  functions_and_futures();
  tasks();
  lists_with_tags();
  libraries();
  if (argc == 1) std::exit(0);  // with main's own variables still alive
  delete on_the_stack_of_main;
}
