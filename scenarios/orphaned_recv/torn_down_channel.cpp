// The same test as the document believed it: the child is gone, and the parent receives from it for ever.
//   Source    goodboy/tractor 4a325458, document subint_cancel_delivery_hang_issue.md, "root cause hypothesis"
//   Symptom   that of unacknowledged_cancel.cpp: the parent sits in epoll, Ctrl-C works
//   Left out  what unacknowledged_cancel.cpp leaves out
//
//   parent's loop                                        child's thread
//   1  starts the child, which connects
//                                                        2  its work waits 1 s, and again, for ever
//   3  the body cancels the nursery: the supervisor asks
//      the child to cancel itself, waits 3 s for its exit,
//      and 3 s for its thread
//   4  destroys the child                                5  is gone; its end of the channel stays open
//   6  the children have ended; the services wait for
//      their message loop, and that for a message, or
//      for the end of the channel: neither comes
//
// What stays open here by neglect stays open in earnest when another process has inherited it: killed_child.cpp.
#include "scenarios/cause.h"
#include "scenarios/orphaned_recv/program.h"

namespace {

using namespace orphaned_recv;
using wedge::Outcome;
using ChannelEnd = Switches::ChannelEnd;

// With these changes; the test does not cancel, but fails.
std::function<void()> by_an_error(Switches switches) {
  switches.destroy = Switches::Destroy::ends_the_child;
  if (scenarios::cause_is_removed()) switches.channel_end = ChannelEnd::closed;
  return [switches] { run(switches); };
}

// The same with a test that cancels, as the document believed it.
std::function<void()> with(Switches switches) {
  switches.body = Switches::Body::really_cancels;
  return by_an_error(switches);
}

constexpr auto waited_for = Switches::MessageLoops::waited_for;
const wedge::Expectation symptom =
    wedge::expect(Outcome::deadline, "orphaned I/O: the parent's loop sleeps in epoll and would take a Ctrl-C");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "orphaned-recv/torn-down-channel",
    .title = "a receiver that nobody tells of the end",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({.message_loops = waited_for}), symptom},
            {"as-found/ctrl-c", with({.message_loops = waited_for, .presses = 1, .takes_at_most = 8s}), passes},

            {"without/no-end-of-file", with({.message_loops = waited_for, .channel_end = ChannelEnd::closed}), passes},
            // Without a hard kill, and the child's supervisor cancelled for an error instead of by the test.
            {"alone/no-end-of-file",
             by_an_error({.unacknowledged = Switches::Unacknowledged::is_an_error,
                          .message_loops = waited_for,
                          .channel_end = ChannelEnd::stays_open,
                          .hard_kill = false}),
             symptom},
            {"without/nobody-cancels-the-receiver", with({}), passes},
            {"alone/nobody-cancels-the-receiver",
             with({.message_loops = waited_for, .channel_end = ChannelEnd::closed}), passes},
            {"without/another-holder", with({.message_loops = waited_for}), symptom},
            {"alone/another-holder",
             with({.message_loops = waited_for, .channel_end = ChannelEnd::closed_but_held_elsewhere}), symptom},

            {"fix/abort-channel-after-kill", with({.message_loops = waited_for, .aborts_channel_after_kill = true}),
             passes},
            {"fix/end-message-loop-after-kill",
             with({.message_loops = waited_for, .ends_message_loop_after_kill = true}), passes},
            {"fix/bound-the-wait-to-join", with({.message_loops = waited_for, .waits_bounded_to_join = true}), symptom},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
