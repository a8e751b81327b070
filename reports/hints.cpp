// The advice.
#include "reports/hints.h"

#include <array>

namespace wedge::reports {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(model::HangClass::count_)> class_hints{
    // unknown
    "The facts do not say more. A build with -g, the right to read the memory of every process, and a second capture "
    "later say most.",
    // not hung
    "It moved between the two samples: give it a longer deadline, or find out what makes it slow.",
    // deadlock
    "Take these in one fixed order everywhere, or take both at once with std::scoped_lock. Hold none while you wait "
    "for "
    "a thread or process that may need it.",
    // lost wakeup
    "Change what is waited for under the lock that the waiter holds while it looks, and wait in a loop or with a "
    "predicate: wait(lock, [&] { return ready; }).",
    // missing producer
    "Whoever should produce must say so also when it fails, is cancelled or ends early: close the queue, or break the "
    "promise, in a destructor.",
    // abandoned owner
    "Let the lock go on every way out, exceptions and cancellation included (std::lock_guard); between processes, make "
    "the mutex robust.",
    // orphaned I/O
    "Close every copy of the other end that is not used, right after fork and with O_CLOEXEC, so that the reader sees "
    "the end of the file; or read with a timeout.",
    // starvation
    "Let the lock (or the interpreter's lock) go around long calls, and do not poll while it is held.",
    // busy livelock
    "What it polls will not change: treat the end of the file and errors as an end of the loop, and wait instead of "
    "polling.",
    // pool exhausted
    "A task of a pool must not wait for another task of the same pool: continue from a callback, let the waiter help "
    "with the work, or use a second pool.",
    // pipe back-pressure
    "Read from the pipe until its end before you wait for the process that writes to it, or let it write to a file.",
    // deferred work never run
    "Whoever queues work for a loop must also wake the loop, in an order in which the loop cannot fall asleep between "
    "the two.",
    // signal undeliverable
    "Leave the signal unblocked in at least one thread that can act on it, and let its handler only set a flag or "
    "write to a pipe.",
    // unfinished device work
    "Find out why the operation in front does not complete: a kernel that waits for the host or for another block must "
    "be sure to get what it waits for, and what a host function waits for must not need the same stream.",
};

constexpr std::array<std::string_view, outcome_names.size()> outcome_hints{
    // pass
    "",
    // deadlock
    "Take these in one fixed order everywhere, or take both at once with std::scoped_lock. Hold none while you wait "
    "for "
    "a task that may need it.",
    // lost-wakeup
    "Change what is waited for under the lock that the waiter holds while it looks, and wait in a loop or with a "
    "predicate: wait(lock, [&] { return ready; }).",
    // unmet-obligation
    "Everything has come to rest without it: follow who should have done it, above all the ways out by error, by "
    "cancellation and at shutdown.",
    // deadline
    "The time is virtual and passes only when nothing else can happen, so more of it will not help: find what it waits "
    "for.",
    // livelock
    "Tasks keep running without getting anywhere: let one of them wait for the event instead of trying again, or back "
    "off differently in each.",
    // panic
    "Look at the last switches: what is checked was changed between the check and its use, or before it was ready.",
    // crash
    "Look at the last switches: what is used here was freed, moved or not yet made by another task. The same replay "
    "under gdb shows it: wedge repro --gdb.",
    // race
    "Both accesses need the same lock around them, or the variable must be atomic.",
    // leak
    "Somebody gave up ownership without handing it on; look at what the tasks that ended still held.",
    // diverged
    "The program depends on something that is not controlled, such as addresses, time stamps of the processor, "
    "uninitialised memory or a file that changes.",
    // hang
    "It computes without reaching a point: look at the loop in the stack; compiled with the flags of 'wedge flags', "
    "its loads are points, too.",
    // misuse
    "Whoever makes an object must outlive, or wait for, all who use it; and who locks is who unlocks. The manual page "
    "of "
    "the call says what must hold before.",
    // unsupported
    "Wedge cannot control this call. Leave it out of the scenario, or run it on the rung free.",
};

}  // namespace

std::string_view hint_for(model::HangClass hang_class) { return class_hints.at(static_cast<std::size_t>(hang_class)); }
std::string_view hint_for(Outcome outcome) { return outcome_hints.at(static_cast<std::size_t>(outcome)); }

}  // namespace wedge::reports
