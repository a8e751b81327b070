// The child: its only loop thread is held up by its work, which waits in slices of a second without ever going back to
// the loop.
#include "scenarios/orphaned_recv/program.h"

namespace orphaned_recv {

using primitives::Event;
using primitives::Nursery;
using primitives::RpcPeer;

namespace {

struct Destroyed {};

}  // namespace

void Child::end_with_process() {
  if (!thread_.joinable()) return;
  end(false);
  thread_.join();
}

void Child::start(std::function<void()> exited) {
  if (switches_.channel_end == Switches::ChannelEnd::closed_but_held_elsewhere)
    held_elsewhere_ = primitives::Descriptor(::dup(channel_.socket()));
  thread_ = std::thread([this, exited = std::move(exited)] { live(exited); });
}

bool Child::destroy() {
  const bool ends = switches_.destroy == Switches::Destroy::ends_the_child;
  wedge::note(ends ? "the child is destroyed" : "destroying the child fails, for it still runs: logged");
  if (ends) end(true);
  return ends;
}

bool Child::works_within(Span span) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, span, [this] { return works_; });
}

void Child::end(bool destroyed) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  destroyed_ |= destroyed;
  changed_.notify_all();
}

void Child::live(const std::function<void()>& exited) {
  primitives::EventLoop loop;
  lock_.lend_while_asleep(loop);
  lock_.take();
  bool destroyed = false;
  try {
    loop.run(run_loop());
  } catch (const Destroyed&) {
    destroyed = true;
  } catch (const std::runtime_error& error) {
    wedge::note(std::string("the child ends: ") + error.what());
  }
  lock_.release();
  if (!destroyed || switches_.channel_end != Switches::ChannelEnd::stays_open) channel_.close();
  exited();
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
    co_await work();
    nursery.scope.cancel();
  });
}

Async<> Child::work() {
  {
    const std::lock_guard lock(mutex_);
    works_ = true;
    changed_.notify_all();
  }
  if (switches_.child_work == Switches::ChildWork::blocks_its_loop) wait_in_slices();
  for (bool ended = false; !ended;) {
    {
      const std::lock_guard lock(mutex_);
      ended = ended_;
    }
    if (!ended) co_await primitives::sleep_for(limit(1s));
  }
}

// threading.Event.wait(1.0) in a loop: lets other threads run, and no other task of this loop.
void Child::wait_in_slices() {
  for (bool ended = false; !ended;) {
    lock_.release_to_wait();
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, limit(1s), [this] { return ended_; });
      ended = ended_;
    }
    lock_.take_after_wait();
  }
  const std::lock_guard lock(mutex_);
  if (destroyed_) throw Destroyed();
}

}  // namespace orphaned_recv
