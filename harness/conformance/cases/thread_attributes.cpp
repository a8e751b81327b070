// Conformance of thread attributes and names.
#include <pthread.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "threads";

constexpr std::size_t wanted_stack = 1024 * 1024;

struct Attributes {
  Attributes() { pthread_attr_init(&it); }
  ~Attributes() { pthread_attr_destroy(&it); }
  pthread_attr_t it{};
};

CASE(attributes_start_with_their_defaults) {
  const Attributes attributes;
  int state = -1;
  pthread_attr_getdetachstate(&attributes.it, &state);
  record("joinable", state == PTHREAD_CREATE_JOINABLE);
  int policy = -1;
  pthread_attr_getschedpolicy(&attributes.it, &policy);
  record("policy", policy);
  int scope = -1;
  pthread_attr_getscope(&attributes.it, &scope);
  record("system scope", scope == PTHREAD_SCOPE_SYSTEM);
  std::size_t guard = 0;
  pthread_attr_getguardsize(&attributes.it, &guard);
  record("guard", guard);
}

CASE(attributes_refuse_nonsense) {
  Attributes attributes;
  record_error("detach state", pthread_attr_setdetachstate(&attributes.it, 77));
  record_error("tiny stack", pthread_attr_setstacksize(&attributes.it, 1));
  record_error("policy", pthread_attr_setschedpolicy(&attributes.it, 77));
  record_error("inheritance", pthread_attr_setinheritsched(&attributes.it, 77));
  record_error("process scope", pthread_attr_setscope(&attributes.it, PTHREAD_SCOPE_PROCESS));
  record_error("scope", pthread_attr_setscope(&attributes.it, 77));
}

// What pthread_getattr_np says about the calling thread.
struct Seen {
  int result = -1;
  int state = -1;
  void* stack = nullptr;
  std::size_t stack_size = 0;
  std::size_t guard = 0;
  bool local_is_inside = false;

  void look() {
    Attributes attributes;
    result = pthread_getattr_np(pthread_self(), &attributes.it);
    pthread_attr_getdetachstate(&attributes.it, &state);
    pthread_attr_getstack(&attributes.it, &stack, &stack_size);
    pthread_attr_getguardsize(&attributes.it, &guard);
    const char local = 0;
    const auto* const low = static_cast<const char*>(stack);
    local_is_inside = std::less_equal<>()(low, &local) && std::less<>()(&local, low + stack_size);
  }
};

void* look(void* seen) {
  static_cast<Seen*>(seen)->look();
  return nullptr;
}

CASE(getattr_tells_the_stack_that_was_asked_for) {
  Attributes attributes;
  record_error("set stack", pthread_attr_setstacksize(&attributes.it, wanted_stack));
  record_error("set guard", pthread_attr_setguardsize(&attributes.it, 8192));
  Seen seen;
  pthread_t thread{};
  record_error("create", pthread_create(&thread, &attributes.it, look, &seen));
  pthread_join(thread, nullptr);
  record_error("getattr", seen.result);
  record("stack is large enough", seen.stack_size >= wanted_stack);
  record("stack is not much larger", seen.stack_size < 2 * wanted_stack);
  record("guard", seen.guard);
  record("joinable", seen.state == PTHREAD_CREATE_JOINABLE);
  record("local variable is inside", seen.local_is_inside);
}

CASE(getattr_works_with_default_attributes) {
  Seen seen;
  pthread_t thread{};
  pthread_create(&thread, nullptr, look, &seen);
  pthread_join(thread, nullptr);
  record_error("getattr", seen.result);
  record("local variable is inside", seen.local_is_inside);
  Seen main;
  main.look();
  record_error("getattr of main", main.result);
  record("main's local variable is inside", main.local_is_inside);
}

CASE(getattr_sees_a_detach) {
  Gate gate;
  std::thread thread([&] { gate.wait(); });
  const pthread_t handle = thread.native_handle();
  Attributes before;
  record_error("getattr", pthread_getattr_np(handle, &before.it));
  int state = -1;
  pthread_attr_getdetachstate(&before.it, &state);
  record("joinable", state == PTHREAD_CREATE_JOINABLE);
  gate.open();
  thread.join();
}

CASE(stack_of_the_caller_is_used) {
  static std::array<char, wanted_stack> memory;
  Attributes attributes;
  record_error("set", pthread_attr_setstack(&attributes.it, memory.data(), memory.size()));
  Seen seen;
  pthread_t thread{};
  record_error("create", pthread_create(&thread, &attributes.it, look, &seen));
  record_error("join", pthread_join(thread, nullptr));
  record("stack", seen.stack == memory.data());
  record("local variable is inside", seen.local_is_inside);
}

// Touches every page of a frame that only a large stack can hold.
__attribute__((noinline)) char use_stack(std::size_t depth) {
  volatile char frame[16 * 1024];
  for (std::size_t i = 0; i < sizeof frame; i += 1024) frame[i] = static_cast<char>(depth);
  return depth == 0 ? frame[0] : static_cast<char>(use_stack(depth - 1) + frame[1024]);
}

CASE(large_stack_can_be_used) {
  Attributes attributes;
  pthread_attr_setstacksize(&attributes.it, 24 * wanted_stack);
  pthread_t thread{};
  record_error("create", pthread_create(
                             &thread, &attributes.it,
                             [](void*) -> void* {
                               use_stack(20 * wanted_stack / (16 * 1024));
                               return nullptr;
                             },
                             nullptr));
  record_error("join", pthread_join(thread, nullptr));
}

CASE(default_stack_can_be_used_by_several_megabytes) {
  bool used = false;
  std::thread([&] {
    use_stack(6 * wanted_stack / (16 * 1024));
    used = true;
  }).join();
  record("used", used);
}

std::string name_of_thread(pthread_t thread) {
  std::array<char, 16> name{};
  const int result = pthread_getname_np(thread, name.data(), name.size());
  return result == 0 ? name.data() : name_of_error(result);
}

CASE(names_are_set_and_read) {
  Gate gate;
  std::thread thread([&] { gate.wait(); });
  const pthread_t handle = thread.native_handle();
  record("inherited", name_of_thread(handle) == name_of_thread(pthread_self()));
  record_error("set", pthread_setname_np(handle, "fifteen letters"));
  record("name", name_of_thread(handle));
  record_error("too long", pthread_setname_np(handle, "sixteen letters!"));
  record("name stays", name_of_thread(handle));
  record_error("empty", pthread_setname_np(handle, ""));
  record("empty name", name_of_thread(handle));
  std::array<char, 4> small{};
  record_error("small buffer", pthread_getname_np(handle, small.data(), small.size()));
  gate.open();
  thread.join();
}

CASE(threads_name_themselves) {
  std::string own;
  std::thread([&] {
    pthread_setname_np(pthread_self(), "worker 1");
    own = name_of_thread(pthread_self());
  }).join();
  record("own", own);
  std::string next;
  std::thread([&] { next = name_of_thread(pthread_self()); }).join();
  record("next thread has it too", next == own);
}

CASE(default_attributes_can_be_read_and_set) {
  Attributes attributes;
  record_error("get", pthread_getattr_default_np(&attributes.it));
  record_error("set", pthread_setattr_default_np(&attributes.it));
}

}  // namespace
}  // namespace conformance
