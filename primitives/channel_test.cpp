// Whole messages or none, what an end of file means, and when a request to cancel counts as acknowledged.
#include "primitives/channel.h"

#include <gtest/gtest.h>

#include <thread>

#include "primitives/rpc.h"

namespace primitives {
namespace {

using namespace std::chrono_literals;

// A channel in a loop, and the bare socket at its other end.
struct Ends {
  Ends() : Ends(connected_pair()) {}
  explicit Ends(std::array<Descriptor, 2> pair) : channel(std::move(pair[0])), other(std::move(pair[1])) {}
  void write(const std::string& bytes) const {
    EXPECT_EQ(::write(other.number(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  EventLoop loop;
  Channel channel;
  Descriptor other;
};

Async<> receive_into(Channel& channel, std::vector<std::string>& messages) {
  while (auto message = co_await channel.receive()) messages.push_back(*std::move(message));
  messages.emplace_back("end");
}

TEST(Channel, puts_messages_together_however_they_arrive) {
  Ends ends;
  std::vector<std::string> messages;
  std::thread writer([&] {
    for (const char byte : framed("one") + framed("") + framed("three")) ends.write(std::string(1, byte));
    ends.other.close();
  });
  ends.loop.run(receive_into(ends.channel, messages));
  writer.join();
  EXPECT_EQ(messages, (std::vector<std::string>{"one", "", "three", "end"}));
}

TEST(Channel, takes_apart_what_arrives_at_once) {
  Ends ends;
  ends.write(framed("one") + framed("two"));
  ends.other.close();
  std::vector<std::string> messages;
  ends.loop.run(receive_into(ends.channel, messages));
  EXPECT_EQ(messages, (std::vector<std::string>{"one", "two", "end"}));
}

TEST(Channel, an_end_in_the_middle_of_a_message_is_no_end) {
  Ends ends;
  ends.write(framed("one").substr(0, 6));
  ends.other.close();
  std::vector<std::string> messages;
  EXPECT_THROW(ends.loop.run(receive_into(ends.channel, messages)), BrokenChannel);
}

TEST(Channel, a_length_beyond_the_limit_is_refused) {
  Ends ends;
  ends.write("\xff\xff\xff\x7f");
  std::vector<std::string> messages;
  EXPECT_THROW(ends.loop.run(receive_into(ends.channel, messages)), BrokenChannel);
}

TEST(Channel, there_is_no_end_of_file_while_anybody_holds_the_other_end) {
  Ends ends;
  std::optional<Descriptor> holder(ends.other.duplicate());
  ends.other.close();
  std::vector<std::string> messages;
  bool in_time = true;
  const auto main = [&]() -> Async<> {
    in_time = co_await move_on_after(20ms, receive_into(ends.channel, messages));
    holder.reset();
    co_await receive_into(ends.channel, messages);
  };
  ends.loop.run(main());
  EXPECT_FALSE(in_time);
  EXPECT_EQ(messages, (std::vector<std::string>{"end"}));
}

TEST(Channel, abort_wakes_who_receives) {
  Ends ends;
  std::vector<std::string> messages;
  const auto main = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("receiver", receive_into(ends.channel, messages));
      co_await checkpoint();
      ends.channel.abort();
    });
  };
  EXPECT_THROW(ends.loop.run(main()), Closed);
}

TEST(Channel, a_long_message_waits_for_room) {
  Ends ends;
  const std::string message(Channel::longest_message, 'x');
  const auto main = [&]() -> Async<> {
    for (int i = 0; i < 20; ++i) co_await ends.channel.send(message);
    ends.channel.abort();
  };
  std::size_t bytes = 0;
  std::thread reader([&] {
    std::vector<char> buffer(1 << 16);
    for (ssize_t got = 0; (got = ::read(ends.other.number(), buffer.data(), buffer.size())) > 0;)
      bytes += static_cast<std::size_t>(got);
  });
  ends.loop.run(main());
  reader.join();
  EXPECT_EQ(bytes, 20 * framed(message).size());
}

TEST(Channel, sending_to_nobody_is_an_error_and_no_signal) {
  Ends ends;
  ends.other.close();
  EXPECT_THROW(ends.loop.run(ends.channel.send("hello")), BrokenChannel);
}

TEST(Channel, counts_what_nobody_has_received) {
  Ends ends;
  ends.write(RpcPeer::cancel_request());
  EXPECT_EQ(ends.channel.unread_bytes(), 5);
}

// Two sides of one connection in one loop, `served` seconds of the second one's message loop given.
struct Sides {
  explicit Sides(std::array<Descriptor, 2> pair = connected_pair())
      : one_channel(std::move(pair[0])), two_channel(std::move(pair[1])) {}
  EventLoop loop;
  Channel one_channel;
  Channel two_channel;
  std::string heard;
  int cancelled = 0;
  RpcPeer one{one_channel, {}};
  RpcPeer two{two_channel,
              {.told = [this](const std::string& text) { heard += text; }, .cancelled = [this] { ++cancelled; }}};
};

bool cancel_is_acknowledged(Sides& sides, bool other_serves) {
  bool acknowledged = false;
  const auto main = [&]() -> Async<> {
    co_await with_nursery("all", [&](Nursery& nursery) -> Async<> {
      nursery.start("one", sides.one.serve());
      if (other_serves) nursery.start("two", sides.two.serve());
      co_await sides.one.tell("hello");
      acknowledged = co_await sides.one.cancel_other(other_serves ? Span(1h) : Span(10ms));
      nursery.scope.cancel();
    });
  };
  sides.loop.run(main());
  return acknowledged;
}

TEST(RpcPeer, the_other_message_loop_acknowledges_and_tells) {
  Sides sides;
  EXPECT_TRUE(cancel_is_acknowledged(sides, true));
  EXPECT_EQ(sides.heard, "hello");
  EXPECT_EQ(sides.cancelled, 1);
}

TEST(RpcPeer, nobody_acknowledges_for_a_loop_that_does_not_run) {
  Sides sides;
  EXPECT_FALSE(cancel_is_acknowledged(sides, false));
  EXPECT_EQ(sides.cancelled, 0);
  EXPECT_GE(sides.two_channel.unread_bytes(), static_cast<int>(RpcPeer::cancel_request().size()));
}

}  // namespace
}  // namespace primitives
