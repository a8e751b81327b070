// The child: its only loop thread is held up by its work, which waits in slices of a second without ever going back to
// the loop.
#include "scenarios/orphaned_recv/program.h"

#include <limits>

namespace orphaned_recv {

using primitives::Event;
using primitives::Nursery;
using primitives::RpcPeer;

namespace {

struct EndedFromOutside {};

}  // namespace

void Child::end_with_process() {
  if (!thread_.joinable()) return;
  end(End::with_process);
  thread_.join();
}

void Child::start(std::function<void()> exited) {
  if (switches_.channel_end == Switches::ChannelEnd::closed_but_held_elsewhere)
    held_elsewhere_ = primitives::Descriptor(::dup(channel_.socket()));
  thread_ = std::thread([this, exited = std::move(exited)] { live(exited); });
}

void Child::terminate() {
  wedge::note("the child is terminated");
  end(End::terminated);
}

bool Child::destroy() {
  if (switches_.child_can_be_terminated) {
    terminate();
    return true;
  }
  const bool ends = switches_.destroy == Switches::Destroy::ends_the_child;
  wedge::note(ends ? "the child is destroyed" : "destroying the child fails, for it still runs: logged");
  if (ends) {
    end(End::destroyed);
  } else {
    const std::lock_guard lock(mutex_);
    abandoned_ = Abandoned::yes;
    changed_.notify_all();
  }
  return ends;
}

Child::End Child::ended() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void Child::end(End how) {
  const std::lock_guard lock(mutex_);
  if (end_ == End::none) end_ = how;
  changed_.notify_all();
}

void Child::live(const std::function<void()>& exited) {
  primitives::EventLoop loop;
  lock_.lend_while_asleep(loop);
  lock_.take();
  // Whoever dies before it connects has no connection whose end anybody could see.
  bool closes_channel = !switches_.child_dies_in_bootstrap;
  try {
    if (switches_.child_dies_in_bootstrap) throw std::runtime_error("an error before it connects");
    loop.run(run_loop());
  } catch (const EndedFromOutside&) {
    closes_channel = ended() == End::terminated || switches_.channel_end != Switches::ChannelEnd::stays_open;
  } catch (const std::runtime_error& error) {
    if (!switches_.child_dies_in_bootstrap || switches_.logs_bootstrap_error)
      wedge::note(std::string("the child ends: ") + error.what());
  }
  lock_.release();
  if (closes_channel) channel_.close();
  exited();
  if (switches_.child_dies_in_bootstrap) milestones_.failure_is_there.reach();
}

Async<> Child::run_loop() {
  Event spec;
  primitives::CancelScope* all = nullptr;
  RpcPeer peer(channel_, {.told = [&](const std::string&) { spec.set(); }, .cancelled = [&] { all->cancel(); }});
  co_await primitives::with_nursery("child", [&](Nursery& nursery) -> Async<> {
    all = &nursery.scope;
    nursery.start("message loop", peer.serve());
    co_await spec.wait("the spec");
    co_await peer.tell("started");
    co_await work(peer);
    nursery.scope.cancel();
  });
  if (ended() != End::none && ended() != End::with_process) throw EndedFromOutside();
}

Async<> Child::work(RpcPeer& peer) {
  using Work = Switches::ChildWork;
  milestones_.child_works.reach();
  if (switches_.child_work == Work::returns_a_result) {
    co_await peer.tell("result");
    co_return;
  }
  if (switches_.child_work == Work::blocks_its_loop) wait_in_slices([] { return false; });
  if (switches_.child_work == Work::blocks_until_given_up)
    wait_in_slices([this] { return milestones_.request_is_given_up.is_reached(); });
  const int seconds = switches_.child_work == Work::awaits_for_8s ? 8 : std::numeric_limits<int>::max();
  for (int i = 0; i < seconds && ended() == End::none; ++i) co_await primitives::sleep_for(limit(1s));
}

// threading.Event.wait(1.0) in a loop: lets other threads run, and no other task of this loop.
void Child::wait_in_slices(const std::function<bool()>& until) {
  for (bool over = false; !over;) {
    lock_.release_to_wait();
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, limit(1s), [this] { return end_ != End::none || abandoned_ == Abandoned::yes; });
      over = end_ != End::none;
    }
    lock_.take_after_wait();
    notice_abandonment();
    over |= until();
  }
}

// From now on it keeps the lock, if it is of that kind.
void Child::notice_abandonment() {
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_ != Abandoned::yes) return;
    abandoned_ = Abandoned::noticed;
  }
  lock_.child_is_abandoned();
  milestones_.failure_is_there.reach();
}

}  // namespace orphaned_recv
