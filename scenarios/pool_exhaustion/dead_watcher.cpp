// Tests that solve in chunks never end on a GPU: the thread that counts down has died, and nobody was told.
//   Source    ccam80/cubie 7c73e7c4, documents CUDA_EVENT_ANALYSIS.md and SOLVE_END_PROCESS_ANALYSIS.md; fixed in
//             d43ae8f8
//   Symptom   the test sleeps and looks, sleeps and looks; a few per cent of a processor, an idle GPU, and no watcher
//   in
//             any stack dump; Ctrl-C works
//   Left out  the language: a handle of the wrong type is an exception of std::any here; the solver's arithmetic
//
//   main                                             watcher
//   1  enqueues kernel and copies, records an event
//   2  counts a task, queues it, starts the watcher
//                                                    3  takes the task, asks the event whether it is done: the
//                                                       binding hands on the handle's wrapper, an exception
//   4  counts and queues the next task; the watcher
//      is dying, but still counts as alive, or a
//      new one is started
//                                                    5  ends; the task is not counted down, its buffer not released
//   6  waits for the count to become 0, for ever
//
// `without/X` is the program as found with X taken away; `alone/X` has X, forced where need be, and a query that
// unwraps its handle.
#include "scenarios/pool_exhaustion/program.h"

namespace {

using pool_exhaustion::BufferPool;
using pool_exhaustion::GpuEvent;
using pool_exhaustion::Switches;
using pool_exhaustion::ten_seconds;
using pool_exhaustion::ten_seconds_shortened;
using pool_exhaustion::thirty_seconds;
using pool_exhaustion::WatcherRules;
using pool_exhaustion::with;
using wedge::Outcome;
using namespace std::chrono_literals;
using CountsDown = WatcherRules::CountsDown;
using Errors = WatcherRules::Errors;
using Start = WatcherRules::Start;
using Events = Switches::Events;
using EventsEnd = Switches::EventsEnd;
using Handle = Switches::Handle;
using Streams = Switches::Streams;
using Synchronizes = Switches::Synchronizes;

std::function<void()> alone(Switches switches) {
  switches.handle = Handle::unwrapped_by_query;
  return with(switches);
}

bool synchronize(const GpuEvent& event) {
  event.synchronize();
  return true;
}
bool not_ready(const GpuEvent&) { return false; }
bool some_other_error(const GpuEvent&) { throw std::runtime_error("some other error"); }

// All that document 004 suspects, together.
const Switches perfect_storm{.events_end = EventsEnd::with_the_process,
                             .streams = Streams::of_the_group,
                             .wait_limit = ten_seconds,
                             .watcher = {.join_limit = 0ms, .counts_down = WatcherRules::CountsDown::before_release},
                             .most_buffers = 3,
                             .tests = 2};
const Switches fair_weather{.events = Events::one_for_each_task,
                            .events_end = EventsEnd::when_all_are_delivered,
                            .streams = Streams::fresh_for_each_test,
                            .watcher = {.join_limit = std::nullopt, .start = WatcherRules::Start::under_lock}};

wedge::Expectation symptom(const std::string& text = "missing producer: ") {
  return wedge::expect(Outcome::deadline, text);
}
// The caller gives up, and the buffers stay in use.
wedge::Expectation told(const std::string& text) { return wedge::expect(Outcome::unmet_obligation, text); }
const wedge::Expectation died = symptom("the watcher has died of bad any_cast");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "pool-exhaustion/dead-watcher",
    .title = "a watcher that dies of an exception, and a caller that waits for its count",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", with({}), symptom()},

            // What it was: an error, which ends the watcher, which nobody tells a caller who waits without a limit.
            {"without/query-hands-on-the-wrapper", with({.handle = Handle::unwrapped_by_query}), passes},
            {"alone/query-hands-on-the-wrapper", with(fair_weather), died},
            {"without/watcher-dies", with({.watcher = {.errors = Errors::fail_the_task}}), passes},
            {"alone/watcher-dies", alone({.watcher = {.is_complete = some_other_error}}),
             symptom("the watcher has died of some other error")},
            {"without/wait-has-no-limit", with({.wait_limit = ten_seconds_shortened}),
             told("writebacks are outstanding")},
            {"alone/wait-has-no-limit", alone({.wait_limit = std::nullopt}), passes},

            // Document 004: its six issues, its hypothesis, and all of them together.
            {"without/shared-event", with({.events = Events::one_for_each_task}), died},
            {"alone/shared-event", alone({.events = Events::one_for_a_chunk}), passes},
            {"without/events-not-destroyed", with({.events_end = EventsEnd::when_all_are_delivered}), died},
            {"alone/events-not-destroyed", alone({.events_end = EventsEnd::with_the_process, .tests = 2}), passes},
            {"without/join-of-one-second", with({.watcher = {.join_limit = std::nullopt}}), died},
            {"alone/join-of-one-second", alone({.watcher = {.join_limit = 0ms}, .tests = 2}), passes},
            {"without/wait-times-out", with({.wait_limit = std::nullopt}), died},
            {"alone/wait-times-out", alone({.wait_limit = ten_seconds, .tests = 2}), passes},
            {"without/count-before-release", with({.watcher = {.counts_down = CountsDown::after_release}}), died},
            {"alone/count-before-release",
             alone({.watcher = {.counts_down = CountsDown::before_release}, .most_buffers = 4, .tests = 2}), passes},
            {"without/pool-exhausted", with({.most_buffers = BufferPool::unbounded}), died},
            {"alone/pool-exhausted", alone({.most_buffers = 2}), passes},
            {"without/stream-recycled", with({.streams = Streams::fresh_for_each_test}), died},
            {"alone/stream-recycled", alone({.streams = Streams::of_the_group, .tests = 2}), passes},
            {"without/stream-shared-by-processes", with({.streams = Streams::of_the_group}), died},
            {"alone/stream-shared-by-processes", alone({.streams = Streams::of_all_processes, .processes = 2}), passes},
            {"without/perfect-storm", with(fair_weather), died},
            {"alone/perfect-storm", alone(perfect_storm), passes},

            // Document 002: its five hypotheses, the second and third of which are several.
            {"without/different-streams", with({.synchronizes = Synchronizes::stream_of_the_copies}), died},
            {"alone/different-streams", alone({.synchronizes = Synchronizes::another_stream}), passes},
            {"without/query-blocks", with({}), died},
            {"alone/query-blocks", alone({.watcher = {.is_complete = synchronize}}), passes},
            {"without/query-never-says-done", with({}), died},
            {"alone/query-never-says-done", alone({.watcher = {.is_complete = not_ready}}),
             symptom("a watcher is alive and polls")},
            {"without/query-fails", with({.queries_may_fail = false}), died},
            {"alone/query-fails", alone({.queries_may_fail = true}),
             symptom("has died of cudaEventQuery: cudaErrorUnknown")},
            {"without/watcher-not-started", with({.watcher = {.start = Start::unsynchronised}}), died},
            {"alone/watcher-not-started", alone({.watcher = {.start = Start::never}}),
             symptom("no watcher was started")},
            {"without/other-processes", with({.processes = 1}), died},
            {"alone/other-processes", alone({.processes = 3}), passes},

            // What document 004 proposes, then what it had applied when document 002 was begun.
            {"fix/destroy-event", with({.events_end = EventsEnd::at_each_delivery}), died},
            {"fix/join-30-seconds", with({.watcher = {.join_limit = thirty_seconds}}), died},
            {"fix/synchronize-event", with({.watcher = {.is_complete = synchronize}}), passes},
            {"fix/one-event-per-task", with({.events = Events::one_for_each_task}), died},
            {"fix/wait-without-timeout", with({.wait_limit = std::nullopt}), died},
            {"fix/stream-per-test", with({.streams = Streams::fresh_for_each_test}), died},
            {"fix/as-applied-2-4-5",
             with({.events = Events::one_for_each_task, .watcher = {.join_limit = thirty_seconds}}), died},

            // Upstream's, and what goes well or badly with it.
            {"fix/upstream-unwrap", with({.handle = Handle::unwrapped_after_record, .watcher = {.poll_interval = 1ms}}),
             passes},
            {"fix/upstream-unwrap-and-synchronize-event",
             with({.handle = Handle::unwrapped_after_record, .watcher = {.is_complete = synchronize}}), died},
            {"fix/upstream-unwrap-and-destroy-event",
             with({.handle = Handle::unwrapped_after_record, .events_end = EventsEnd::at_each_delivery}),
             wedge::expect(Outcome::misuse, "cudaEventQuery on event"), 0, wedge::Unfit::sanitizer},
            {"fix/unwrap-in-the-binding", with({.handle = Handle::unwrapped_by_query}), passes},

            // What would have helped whatever the error is.
            {"fix/error-is-counted-and-ends-the-watcher",
             with({.watcher = {.errors = Errors::are_counted_and_end_the_thread}}),
             symptom("outstanding, 0 of them taken from the queue")},
            {"fix/error-fails-the-task", with({.watcher = {.errors = Errors::fail_the_task}}), passes},
            {"fix/error-fails-the-task-after-its-copy",
             with({.watcher = {.errors = Errors::fail_the_task_after_its_copy}}), passes},
            {"fix/wait-10-seconds", with({.wait_limit = ten_seconds_shortened}), told("writebacks are outstanding")},
            {"fix/wait-checks-the-watcher", with({.wait_checks_the_watcher = true}), told("the watcher has died")},
            {"fix/error-fails-the-task-and-wait-checks-the-watcher",
             with({.wait_checks_the_watcher = true, .watcher = {.errors = Errors::fail_the_task}}), passes},

            // The tests of the original: units without an event, and a whole solve, emulated and on a device.
            {"upstream-test/tasks-without-events", pool_exhaustion::test_tasks_without_events, passes},
            {"upstream-test/wait-all-times-out", pool_exhaustion::test_wait_all_times_out, passes},
            {"upstream-test/start-and-shutdown", pool_exhaustion::test_start_and_shutdown, passes},
            {"upstream-test/chunked-solve-emulated", with({.events = Events::none}), passes},
            {"upstream-test/chunked-solve-on-a-device", with({}), died},
            {"upstream-test/task-with-event-corrected", pool_exhaustion::test_task_with_event_corrected,
             wedge::expect(Outcome::panic, "writebacks are outstanding")},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
