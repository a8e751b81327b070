// What an event loop promises: order, cancellation, shields, nurseries, time limits, and how a Ctrl-C gets in.
#include "primitives/event_loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace primitives {
namespace {

using namespace std::chrono_literals;

// Runs one coroutine function in a loop of its own.
void run_loop(const std::function<Async<>()>& main) {
  EventLoop loop;
  loop.run(main());
}

Async<> append(std::string& text, char letter, int turns) {
  for (int i = 0; i < turns; ++i) {
    text += letter;
    co_await checkpoint();
  }
}

Async<> wait_for_ever(Event& event, std::string& text) {
  try {
    co_await event.wait("something that never comes");
    text += "came";
  } catch (const Cancelled&) {
    text += "cancelled";
    throw;
  }
}

TEST(EventLoop, tasks_take_turns_at_checkpoints) {
  std::string text;
  run_loop([&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("a", append(text, 'a', 3));
      nursery.start("b", append(text, 'b', 3));
      co_return;
    });
  });
  EXPECT_EQ(text, "ababab");
}

TEST(EventLoop, awaiting_many_coroutines_in_a_row_keeps_the_stack_flat) {
  int ended = 0;
  const auto one = [&]() -> Async<> {
    ++ended;
    co_return;
  };
  run_loop([&]() -> Async<> {
    for (int i = 0; i < 200'000; ++i) co_await one();
  });
  EXPECT_EQ(ended, 200'000);
}

TEST(EventLoop, an_exception_comes_out_of_the_await_and_out_of_run) {
  const auto throws = []() -> Async<int> {
    throw std::domain_error("no");
    co_return 1;
  };
  EXPECT_THROW(run_loop([&]() -> Async<> { co_await throws(); }), std::domain_error);
}

TEST(EventLoop, sleep_takes_its_time) {
  const auto start = std::chrono::steady_clock::now();
  run_loop([]() -> Async<> { co_await sleep_for(20ms); });
  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TEST(EventLoop, a_limit_cancels_and_says_so) {
  Event never;
  std::string text;
  bool in_time = true;
  run_loop([&]() -> Async<> { in_time = co_await move_on_after(5ms, wait_for_ever(never, text)); });
  EXPECT_FALSE(in_time);
  EXPECT_EQ(text, "cancelled");
}

TEST(EventLoop, what_ends_within_its_limit_is_in_time) {
  std::string text;
  bool in_time = false;
  run_loop([&]() -> Async<> { in_time = co_await move_on_after(1h, append(text, 'a', 2)); });
  EXPECT_TRUE(in_time);
}

TEST(EventLoop, fail_after_throws_too_slow) {
  Event never;
  std::string text;
  EXPECT_THROW(run_loop([&]() -> Async<> { co_await fail_after(5ms, wait_for_ever(never, text)); }), TooSlow);
}

TEST(EventLoop, the_scope_that_was_cancelled_is_the_one_that_is_left) {
  Event never;
  std::string text;
  CancelScope outer;
  CancelScope inner;
  const auto body = [&]() -> Async<> {
    outer.cancel();
    co_await within(inner, wait_for_ever(never, text));
    text += ", and went on";
  };
  run_loop([&]() -> Async<> { co_await within(outer, body()); });
  EXPECT_EQ(text, "cancelled");
  EXPECT_TRUE(outer.caught());
  EXPECT_FALSE(inner.caught());
}

TEST(EventLoop, a_shield_keeps_an_outer_cancellation_out_until_it_ends) {
  std::string text;
  CancelScope outer;
  const auto shielded = [&]() -> Async<> {
    co_await sleep_for(5ms);
    text += "slept";
  };
  const auto body = [&]() -> Async<> {
    outer.cancel();
    co_await move_on_after(1h, shielded(), Shield::yes);
    co_await checkpoint();
    text += ", and went on";
  };
  run_loop([&]() -> Async<> { co_await within(outer, body()); });
  EXPECT_EQ(text, "slept");
}

TEST(EventLoop, a_shield_does_not_protect_from_its_own_limit) {
  Event never;
  std::string text;
  bool in_time = true;
  run_loop([&]() -> Async<> { in_time = co_await move_on_after(5ms, wait_for_ever(never, text), Shield::yes); });
  EXPECT_FALSE(in_time);
}

TEST(EventLoop, a_task_that_blocks_the_thread_holds_up_all_and_is_not_cancelled) {
  std::string text;
  const auto blocks = [&]() -> Async<> {
    std::this_thread::sleep_for(20ms);
    text += "blocked, ";
    co_return;
  };
  bool in_time = false;
  run_loop([&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("other", append(text, 'o', 1));
      in_time = co_await move_on_after(1ms, blocks());
    });
  });
  EXPECT_TRUE(in_time) << "it ended by itself, however late";
  EXPECT_EQ(text, "blocked, o");
}

TEST(Nursery, waits_for_its_tasks) {
  std::string text;
  run_loop([&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("a", append(text, 'a', 5));
      co_return;
    });
    text += '.';
  });
  EXPECT_EQ(text, "aaaaa.");
}

TEST(Nursery, the_first_error_cancels_the_others_and_comes_out) {
  Event never;
  std::string text;
  const auto fails = []() -> Async<> {
    co_await checkpoint();
    throw std::domain_error("no");
  };
  EXPECT_THROW(run_loop([&]() -> Async<> {
                 co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
                   nursery.start("waits", wait_for_ever(never, text));
                   nursery.start("fails", fails());
                   co_return;
                 });
               }),
               std::domain_error);
  EXPECT_EQ(text, "cancelled");
}

TEST(Nursery, a_cancelled_scope_around_it_cancels_its_tasks_and_is_the_one_left) {
  Event never;
  std::string text;
  bool in_time = true;
  const auto body = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("waits", wait_for_ever(never, text));
      co_return;
    });
    text += ", and went on";
  };
  run_loop([&]() -> Async<> { in_time = co_await move_on_after(5ms, body()); });
  EXPECT_FALSE(in_time);
  EXPECT_EQ(text, "cancelled");
}

TEST(Nursery, its_own_cancellation_ends_with_it) {
  Event never;
  std::string text;
  run_loop([&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("waits", wait_for_ever(never, text));
      co_await checkpoint();
      nursery.scope.cancel();
    });
    text += ", and went on";
  });
  EXPECT_EQ(text, "cancelled, and went on");
}

TEST(EventLoop, another_thread_can_set_an_event) {
  EventLoop loop;
  Event event;
  std::thread other([&] { loop.post([&] { event.set(); }); });
  const auto main = [&]() -> Async<> { co_await event.wait("the other thread"); };
  loop.run(main());
  other.join();
  EXPECT_TRUE(event.is_set());
}

TEST(EventLoop, says_what_its_tasks_wait_for) {
  EventLoop loop;
  Event never;
  std::string text;
  std::vector<std::string> tasks;
  const auto main = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("patient", wait_for_ever(never, text));
      co_await checkpoint();
      tasks = loop.tasks();
      never.set();
    });
  };
  loop.run(main());
  EXPECT_EQ(tasks, (std::vector<std::string>{"main: can go on", "patient: something that never comes"}));
}

TEST(EventLoop, says_how_long_it_meant_to_sleep) {
  EventLoop loop;
  Event event;
  std::string text;
  std::thread other;
  const auto start_other = [&]() -> Async<> {
    other = std::thread([&] { loop.post([&] { event.set(); }); });
    co_return;
  };
  const auto body = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("starts the other thread", start_other());
      co_await wait_for_ever(event, text);
    });
  };
  const auto limited = [&]() -> Async<> { co_await fail_after(1h, body()); };
  loop.run(limited());
  other.join();
  EXPECT_EQ(text, "came");
  ASSERT_TRUE(loop.sleep_limit().has_value());
  EXPECT_LE(*loop.sleep_limit(), 1h);
  EXPECT_GT(*loop.sleep_limit(), 59min);
  EXPECT_FALSE(loop.is_asleep());
}

TEST(EventLoop, who_waits_for_a_descriptor_is_told_that_it_is_closed) {
  EventLoop loop;
  auto ends = connected_pair();
  const auto main = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      const auto wait = [](EventLoop& in, int descriptor) -> Async<> {
        co_await in.readable(descriptor, "something to read");
      };
      nursery.start("reader", wait(loop, ends[0].number()));
      co_await checkpoint();
      loop.closing(ends[0].number());
    });
  };
  EXPECT_THROW(loop.run(main()), Closed);
}

TEST(Wakeup, six_bytes_fit_while_nobody_reads_and_prove_nothing) {
  const Wakeup wakeup;
  int written = 0;
  while (written < 100 && wakeup.write('\2') == 0) ++written;
  EXPECT_EQ(written, Wakeup::room);
  EXPECT_EQ(wakeup.write('\2'), EAGAIN);
  EXPECT_EQ(wakeup.drain(), Wakeup::room);
  EXPECT_EQ(wakeup.write('\2'), 0) << "room again only after somebody has read";
}

const Wakeup* signal_target = nullptr;
void on_interrupt(int) { signal_target->write('\2'); }

TEST(EventLoop, a_signal_interrupts_the_main_task_even_behind_a_shield) {
  EventLoop loop;
  signal_target = &loop.wakeup();
  const auto before = std::signal(SIGINT, on_interrupt);
  Event never;
  std::string text;
  const auto main = [&]() -> Async<> {
    std::raise(SIGINT);
    co_await move_on_after(1h, wait_for_ever(never, text), Shield::yes);
  };
  EXPECT_THROW(loop.run(main()), Interrupted);
  std::signal(SIGINT, before);
  EXPECT_EQ(loop.interrupts_taken(), 1);
}

TEST(EventLoop, an_interrupt_cancels_the_nursery_for_which_the_main_task_waits) {
  EventLoop loop;
  Event never;
  std::string text;
  const auto main = [&]() -> Async<> {
    loop.wakeup().write('\2');
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("waits", wait_for_ever(never, text));
      co_return;
    });
  };
  EXPECT_THROW(loop.run(main()), Interrupted);
  EXPECT_EQ(text, "cancelled");
}

// The byte is read while the main task is about to go on; it is told where it waits next, and that is for a nursery.
TEST(EventLoop, an_interrupt_between_two_waits_is_not_lost) {
  EventLoop loop;
  Event never;
  std::string text;
  const auto main = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("waits", wait_for_ever(never, text));
      loop.wakeup().write('\2');
      co_await checkpoint();
    });
  };
  EXPECT_THROW(loop.run(main()), Interrupted);
  EXPECT_EQ(text, "cancelled");
}

TEST(EventLoop, an_interrupt_after_the_last_wait_is_not_lost) {
  EventLoop loop;
  const auto main = [&]() -> Async<> {
    loop.wakeup().write('\2');
    co_await checkpoint();
  };
  EXPECT_THROW(loop.run(main()), Interrupted);
}

}  // namespace
}  // namespace primitives
