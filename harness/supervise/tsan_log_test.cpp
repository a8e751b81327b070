// Warnings as gcc and clang write them: kinds, places, and fingerprints that do not depend on chance.
#include "harness/supervise/tsan_log.h"

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

constexpr const char* gcc_race = R"(==================
WARNING: ThreadSanitizer: data race (pid=9981)
  Read of size 4 at 0x56498a7510a0 by thread T2:
    #0 withdraw() /src/account.cpp:6 (account+0x1277)
    #1 void std::__invoke_impl<void, void (*)()>(std::__invoke_other, void (*&&)()) /usr/include/c++/12/bits/invoke.h:61 (account+0x20da)
    #2 <null> <null> (libstdc++.so.6+0xd44a2)

  Previous write of size 4 at 0x56498a7510a0 by thread T1:
    #0 Account::pay(int) /src/account.cpp:9 (account+0x12a9)

  Location is global 'balance' of size 4 at 0x56498a7510a0 (account+0x50a0)

  Thread T2 (tid=9984, running) created by main thread at:
    #0 pthread_create ../../../../src/libsanitizer/tsan/tsan_interceptors_posix.cpp:1001 (libtsan.so.2+0x5e686)
    #1 main /src/account.cpp:20 (account+0x1410)

SUMMARY: ThreadSanitizer: data race /src/account.cpp:6 in withdraw()
==================
ThreadSanitizer: reported 1 warnings
)";

// The same race, the other thread being first, under clang, and in another place of the file.
constexpr const char* clang_race = R"(==================
WARNING: ThreadSanitizer: data race (pid=77)
  Write of size 4 at 0x555555664bc8 by thread T1:
    #0 Account::pay(int) /elsewhere/account.cpp:10:3 (account+0xd43d1) (BuildId: ba6b5d3adb3ce9a672cfac9d8496bbb79fd77d17)

  Previous read of size 4 at 0x555555664bc8 by thread T2:
    #0 withdraw() /elsewhere/account.cpp:7:23 (account+0xd43ac) (BuildId: ba6b5d3adb3ce9a672cfac9d8496bbb79fd77d17)

SUMMARY: ThreadSanitizer: data race /elsewhere/account.cpp:10:3 in Account::pay(int)
==================
)";

constexpr const char* inversion = R"(==================
WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=10019)
  Cycle in lock order graph: M0 (0x5598ecb7e6a8) => M1 (0x5598ecb7e6d0) => M0

  Mutex M1 acquired here while holding mutex M0 in thread T3:
    #0 pthread_mutex_lock <null> (locks+0x70faa) (BuildId: ba6b)
    #1 std::mutex::lock() /usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/bits/std_mutex.h:100:17 (locks+0xd4ac5) (BuildId: ba6b)
    #2 one() /src/locks.cpp:7:52 (locks+0xd4425) (BuildId: ba6b)

  Thread T3 (tid=10031, finished) created by main thread at:
    #0 pthread_create <null> (locks+0x5341d) (BuildId: ba6b)

SUMMARY: ThreadSanitizer: lock-order-inversion (potential deadlock) (/src/locks+0x70faa) in pthread_mutex_lock
==================
)";

constexpr const char* crash = R"(ThreadSanitizer:DEADLYSIGNAL
==4242==ERROR: ThreadSanitizer: SEGV on unknown address 0x000000000000 (pc 0x5555556 bp 0x7ff sp 0x7fe T4243)
==4242==The signal is caused by a WRITE memory access.
==4242==Hint: address points to the zero page.
    #0 touch() /src/null.cpp:3:9 (null+0x1) (BuildId: ba6b)
    #1 main /src/null.cpp:6:3 (null+0x2) (BuildId: ba6b)

ThreadSanitizer can not provide additional info.
SUMMARY: ThreadSanitizer: SEGV /src/null.cpp:3:9 in touch()
==4242==ABORTING
)";

TEST(TsanLog, a_race_has_its_kind_and_the_places_of_both_accesses) {
  const std::vector<TsanWarning> warnings = read_tsan_log(gcc_race);
  ASSERT_EQ(warnings.size(), 1U);
  const TsanWarning& race = warnings.front();
  EXPECT_EQ(race.kind, "data race");
  EXPECT_EQ(outcome_of(race), Outcome::race);
  ASSERT_EQ(race.stacks.size(), 2U);
  EXPECT_EQ(race.stacks[0].size(), 3U);
  EXPECT_EQ(race.stacks[0][0].function, "withdraw()");
  EXPECT_EQ(race.stacks[0][0].place, "/src/account.cpp:6");
  EXPECT_EQ(race.stacks[0][2].function, "");
  EXPECT_EQ(race.stacks[1][0].function, "Account::pay(int)");
  EXPECT_EQ(place_of(race), "/src/account.cpp:6");
  EXPECT_EQ(words_for(race), "data race at account.cpp:6 in withdraw()");
  EXPECT_NE(race.text.find("Location is global 'balance'"), std::string::npos);
  EXPECT_EQ(race.text.find("reported 1 warnings"), std::string::npos);
}

TEST(TsanLog, shortened_it_has_the_users_own_code_alone) {
  EXPECT_EQ(shortened(read_tsan_log(gcc_race).at(0)), R"(  Read of size 4 at 0x56498a7510a0 by thread T2:
    #0 withdraw() /src/account.cpp:6 (account+0x1277)
  Previous write of size 4 at 0x56498a7510a0 by thread T1:
    #0 Account::pay(int) /src/account.cpp:9 (account+0x12a9)
  Location is global 'balance' of size 4 at 0x56498a7510a0 (account+0x50a0)
)");
}

TEST(TsanLog, the_same_race_has_the_same_fingerprint_whichever_access_came_first_and_wherever_it_was_built) {
  const TsanWarning one = read_tsan_log(gcc_race).at(0);
  const TsanWarning other = read_tsan_log(clang_race).at(0);
  EXPECT_EQ(place_of(other), "/elsewhere/account.cpp:10");
  EXPECT_EQ(fingerprint_of(one), fingerprint_of(other));
}

// Of a function in an anonymous namespace gcc writes the bare name.
TEST(TsanLog, the_compilers_write_names_differently_and_the_fingerprint_is_the_same) {
  std::string bare = gcc_race;
  bare.replace(bare.find("withdraw()"), 10, "withdraw");
  std::string qualified = clang_race;
  qualified.replace(qualified.find("withdraw()"), 10, "(anonymous namespace)::withdraw()");
  EXPECT_EQ(fingerprint_of(read_tsan_log(bare).at(0)), fingerprint_of(read_tsan_log(qualified).at(0)));
}

TEST(TsanLog, another_race_has_another_fingerprint) {
  std::string text = gcc_race;
  text.replace(text.find("withdraw()"), 10, "deposit()");
  EXPECT_NE(fingerprint_of(read_tsan_log(text).at(0)), fingerprint_of(read_tsan_log(gcc_race).at(0)));
}

TEST(TsanLog, an_inversion_is_placed_in_the_users_own_code) {
  const TsanWarning warning = read_tsan_log(inversion).at(0);
  EXPECT_EQ(warning.kind, "lock-order-inversion (potential deadlock)");
  EXPECT_EQ(warning.stacks.size(), 1U);
  EXPECT_EQ(words_for(warning), "lock-order-inversion (potential deadlock) at locks.cpp:7 in one()");
}

TEST(TsanLog, a_fatal_signal_is_a_crash_without_addresses_in_its_words) {
  const TsanWarning warning = read_tsan_log(crash).at(0);
  EXPECT_EQ(warning.kind, "SEGV on unknown address");
  EXPECT_EQ(outcome_of(warning), Outcome::crash);
  EXPECT_EQ(place_of(warning), "/src/null.cpp:3");
}

TEST(TsanLog, leaks_and_misuse_are_told_from_races) {
  TsanWarning warning;
  warning.kind = "thread leak";
  EXPECT_EQ(outcome_of(warning), Outcome::leak);
  for (const char* kind :
       {"double lock of a mutex", "unlock of an unlocked mutex (or by a wrong thread)", "destroy of a locked mutex"}) {
    warning.kind = kind;
    EXPECT_EQ(outcome_of(warning), Outcome::misuse) << kind;
  }
}

TEST(TsanLog, two_warnings_are_two) {
  const std::vector<TsanWarning> warnings = read_tsan_log(std::string(gcc_race) + inversion);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[1].stacks.size(), 1U);
}

TEST(TsanLog, what_is_cut_or_no_log_at_all_does_no_harm) {
  const std::string text = std::string(gcc_race) + inversion + crash;
  for (std::size_t length = 0; length < text.size(); ++length)
    for (const TsanWarning& warning : read_tsan_log(std::string_view(text).substr(0, length)))
      EXPECT_FALSE(words_for(warning).size() > 400);
  EXPECT_TRUE(read_tsan_log("").empty());
  EXPECT_TRUE(read_tsan_log("#0 nothing\n=====\n#\n (\n").empty());
  EXPECT_EQ(read_tsan_log("WARNING: ThreadSanitizer: data race\n#0\n#1 \n#2 (\n#3 ()\n").size(), 1U);
}

}  // namespace
}  // namespace wedge::supervise
