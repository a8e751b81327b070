// This test looks at itself: what its own file says about its functions and variables.
#include "harness/diagnose/symbols.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <pthread.h>

#include "harness/diagnose/resolve.h"

// With C names, so that the expected texts are short.
struct TestBase {
  std::mutex mutex_;
};
extern "C" {
pthread_mutex_t test_mutexes[3];
pthread_mutex_t test_mutex;
struct {
  int before[4];
  pthread_mutex_t mutex;
} test_struct;
struct TestShard : TestBase {
  std::atomic<int> count;
  std::condition_variable ready_;
};
TestShard test_shards[2];
std::atomic<bool> test_flag;
}

namespace wedge::diagnose {
namespace {

// The call instruction's own address, as the runtime would record it: one before the return address.
__attribute__((noinline)) std::uintptr_t here() {
  return reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)) - 1;
}

std::uint32_t marked_line = 0;
__attribute__((noinline)) std::uintptr_t call_from_known_line() {
  marked_line = __LINE__ + 1;
  std::uintptr_t address = here();
  asm volatile("" : "+r"(address));
  return address;
}

struct Widget {
  __attribute__((always_inline)) static std::uintptr_t inlined() { return here(); }
  __attribute__((noinline)) std::uintptr_t outer(int);
};
std::uintptr_t Widget::outer(int) {
  std::uintptr_t address = inlined();
  asm volatile("" : "+r"(address));
  return address;
}

struct Where {
  std::string path;
  std::uintptr_t bias;
};

Where own_module() {
  Where where{"/proc/self/exe", 0};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        static_cast<Where*>(result)->bias = info->dlpi_addr;
        return 1;
      },
      &where);
  return where;
}

std::uint64_t offset_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address) - own_module().bias; }

std::vector<model::Place> places_at(std::uintptr_t address) {
  Symbols symbols;
  return symbols.places(own_module().path, address - own_module().bias);
}

TEST(symbols, finds_function_file_and_line) {
  const auto places = places_at(call_from_known_line());
  ASSERT_EQ(places.size(), 1U);
  EXPECT_NE(places[0].function.find("call_from_known_line"), std::string::npos);
  EXPECT_TRUE(places[0].file.ends_with("harness/diagnose/symbols_test.cpp")) << places[0].file;
  EXPECT_EQ(places[0].line, marked_line);
}

TEST(symbols, finds_inlined_functions_innermost_first) {
  const auto places = places_at(Widget().outer(1));
  ASSERT_EQ(places.size(), 2U);
  EXPECT_NE(places[0].function.find("Widget::inlined"), std::string::npos) << places[0].function;
  EXPECT_NE(places[1].function.find("Widget::outer"), std::string::npos) << places[1].function;
  EXPECT_LT(places[0].line, places[1].line);
}

TEST(symbols, a_lambda_is_named_after_the_function_it_stands_in) {
  const auto lambda = [](int) __attribute__((noinline)) {
    std::uintptr_t address = here();
    asm volatile("" : "+r"(address));
    return address;
  };
  const auto places = places_at(lambda(1));
  ASSERT_FALSE(places.empty());
  EXPECT_TRUE(places[0].function.starts_with("lambda in ")) << places[0].function;
  EXPECT_NE(places[0].function.find("TestBody"), std::string::npos) << places[0].function;
  EXPECT_TRUE(places[0].file.ends_with("symbols_test.cpp"));
}

TEST(symbols, without_debug_information_there_is_still_a_name) {
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&pthread_create), &info), 0);
  Symbols symbols;
  const auto offset =
      reinterpret_cast<std::uintptr_t>(info.dli_saddr) - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  const auto places = symbols.places(info.dli_fname, offset);
  ASSERT_FALSE(places.empty());
  EXPECT_NE(places[0].function.find("pthread_create"), std::string::npos) << places[0].function;
}

TEST(symbols, unknown_code_and_missing_files_have_no_places) {
  Symbols symbols;
  EXPECT_TRUE(symbols.places(own_module().path, 0x7fffffff0000).empty());
  EXPECT_TRUE(symbols.places("/nowhere/at/all", 0x1000).empty());
  EXPECT_FALSE(symbols.data_symbol("/nowhere/at/all", 0x1000, 40).has_value());
}

TEST(symbols, names_static_objects) {
  Symbols symbols;
  const auto name = [&](const void* address, std::uint64_t size = sizeof(pthread_mutex_t)) {
    const auto symbol = symbols.data_symbol(own_module().path, offset_of(address), size);
    return symbol ? object_name(*symbol, model::ObjectKind::mutex) : std::string("nothing");
  };
  EXPECT_EQ(name(&test_mutex), "test_mutex");
  EXPECT_EQ(name(&test_mutexes[0]), "test_mutexes[0]");
  EXPECT_EQ(name(&test_mutexes[2]), "test_mutexes[2]");
  EXPECT_EQ(name(&test_struct.mutex), "test_struct.mutex");
  EXPECT_EQ(name(&test_shards[1].mutex_), "test_shards[1].mutex_");
  EXPECT_EQ(name(&test_shards[0].ready_, sizeof(std::condition_variable)), "test_shards[0].ready_");
  EXPECT_EQ(name(&test_shards[1].count, 0), "test_shards[1].count");
  EXPECT_EQ(name(&test_flag, 0), "test_flag");
  EXPECT_EQ(name(reinterpret_cast<char*>(&test_mutexes[1]) + 4), "test_mutexes+44");
  int on_the_stack = 0;
  EXPECT_EQ(name(&on_the_stack), "nothing");
}

TEST(symbols, an_array_is_recognised_by_the_size_of_its_elements) {
  EXPECT_EQ(object_name({"m", 120, 40, std::nullopt}, model::ObjectKind::mutex), "m[1]");
  EXPECT_EQ(object_name({"m", 120, 40, std::nullopt}, model::ObjectKind::condition), "m+40");
  EXPECT_EQ(object_name({"m", 96, 48, std::nullopt}, model::ObjectKind::condition), "m[1]");
  EXPECT_EQ(object_name({"m", 40, 0, std::nullopt}, model::ObjectKind::mutex), "m");
  EXPECT_EQ(object_name({"m", 48, 8, std::nullopt}, model::ObjectKind::mutex), "m+8");
}

TEST(symbols, only_mangled_names_are_demangled) {
  EXPECT_EQ(demangle("m"), "m");
  EXPECT_EQ(demangle("_ZN5wedge13scenario_mainEiPPc"), "wedge::scenario_main(int, char**)");
}

TEST(symbols, build_id_is_what_the_linker_wrote) {
  const std::string id = build_id("/proc/self/exe");
  EXPECT_GE(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_TRUE(build_id("/nowhere/at/all").empty());
}

TEST(symbols, system_files_are_told_from_the_users) {
  EXPECT_TRUE(is_system_source("/usr/include/c++/12/bits/std_mutex.h"));
  EXPECT_TRUE(is_system_source("/opt/gcc-13/include/c++/13/mutex"));
  EXPECT_TRUE(is_system_source("/usr/lib/llvm-14/include/c++/v1/mutex"));
  EXPECT_FALSE(is_system_source("/home/me/lib/queue.cpp"));
  EXPECT_FALSE(is_system_source("/usr/src/app/main.cpp"));
  EXPECT_TRUE(is_system_module("/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_FALSE(is_system_module("/usr/src/app/main"));
}

model::Place place(std::string function, std::string file, bool system) {
  return {.function = std::move(function), .file = std::move(file), .line = 1, .system = system};
}

TEST(resolve, the_place_is_the_first_frame_of_the_user) {
  const std::vector<model::Module> modules{{"/home/me/app", ""}, {"/lib/libc.so.6", ""}};
  const auto library = place("std::mutex::lock()", "/usr/include/c++/12/bits/std_mutex.h", true);
  const auto user = place("work()", "/home/me/app.cpp", false);
  const model::Stack inlined{.frames = {{1, 8, {place("pthread_mutex_lock", "", true)}}, {0, 8, {library, user}}},
                             .place = {}};
  EXPECT_EQ(place_of(inlined, modules), user);
  const model::Stack no_debug_information{
      .frames = {{1, 8, {place("pthread_mutex_lock", "", true)}}, {0, 8, {place("work()", "", false)}}}, .place = {}};
  EXPECT_EQ(place_of(no_debug_information, modules).function, "work()");
  const model::Stack stripped{.frames = {{0, 0x1a2b, {}}}, .place = {}};
  EXPECT_EQ(place_of(stripped, modules).function, "app+0x1a2b");
  EXPECT_EQ(place_of({}, modules), model::Place{});
}

}  // namespace
}  // namespace wedge::diagnose
