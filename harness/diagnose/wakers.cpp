// From a wait as it was captured to the threads that could end it.
#include "harness/diagnose/wakers.h"

#include <algorithm>
#include <cstdio>

namespace wedge::diagnose {
namespace {

using model::DescriptorEnd;
using model::HangDescriptor;
using model::HangProcess;
using model::Wait;
using model::WaitKind;

std::string hexadecimal(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

// By its name where it has one: addresses differ from run to run.
Target object_target(const ThreadRef& waiter, std::string_view what) {
  const Wait& wait = waiter.thread->wait;
  Target target;
  target.key = std::to_string(waiter.process->pid) + ":" + hexadecimal(wait.address);
  target.label = std::string(what) + " " + (wait.object.empty() ? hexadecimal(wait.address) : wait.object);
  return target;
}

std::string_view lock_name(WaitKind kind) {
  if (kind == WaitKind::file_lock) return "file lock";
  return kind == WaitKind::mutex ? "mutex" : "rwlock";
}

std::string_view wakeup_name(WaitKind kind) {
  if (kind == WaitKind::condition) return "condition variable";
  return kind == WaitKind::semaphore ? "semaphore" : "futex";
}

void sort_out(std::vector<std::size_t>& threads) {
  std::ranges::sort(threads);
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
}

class Pictures {
 public:
  explicit Pictures(const HangIndex& index) : index_(index) {}

  WaitPicture of(std::size_t self) const {
    const ThreadRef& waiter = index_.at(self);
    const Wait& wait = waiter.thread->wait;
    WaitPicture picture;
    if (waiter.thread->state == 'Z' || waiter.thread->state == 'X') return picture;  // ended: it moves nothing any more
    if (add_call(picture, waiter)) return picture;
    picture.moves = wait.timeout_s.has_value() || wait.kind == WaitKind::running || wait.kind == WaitKind::sleep;
    if (is_lock(wait.kind))
      add_lock(picture, self);
    else if (is_wakeup(wait.kind))
      picture.targets.push_back(wakeup(self));
    else if (wait.kind == WaitKind::join)
      add_join(picture, self);
    else if (wait.kind == WaitKind::child || wait.kind == WaitKind::vfork)
      add_children(picture, waiter);
    else if (is_descriptor_wait(wait.kind))
      for (const model::WaitDescriptor& member : wait.descriptors) add_member(picture, self, member);
    else if (wait.kind == WaitKind::signal || wait.kind == WaitKind::other || wait.kind == WaitKind::none)
      picture.targets.push_back(unknown(waiter));
    return picture;
  }

 private:
  std::vector<std::size_t> others(std::size_t self) const {
    std::vector<std::size_t> found = index_.threads_of(index_.at(self).process->pid);
    std::erase(found, self);
    return found;
  }

  // Inside the runtime it may run in circles or sleep; what it waits for is the operation in front. A host function has
  // a thread of the process behind it, everything else the device.
  bool add_call(WaitPicture& picture, const ThreadRef& waiter) const {
    for (const model::Streams& streams : index_.hang().streams)
      for (const model::StreamCall& call : streams.calls) {
        const auto awaited = model::held_up_by(streams, call);
        if (streams.process != waiter.process->pid || call.thread != waiter.thread->tid || !awaited) continue;
        picture.streams = &streams;
        picture.call = &call;
        const model::WayPoint last = model::way_of(streams, *awaited).back();
        Target target;
        target.key = "stream:" + std::to_string(streams.process) + ":" + std::to_string(last.stream->number) + ":" +
                     std::to_string(last.operation->number);
        target.label = last.operation->what + " (" + model::name_of(*last.stream) + ")";
        target.edge_label = "runs on";
        const bool runs_here = last.operation->runs_on && last.operation->state == StreamState::started;
        const auto runner = runs_here ? index_.thread(*last.operation->runs_on) : std::nullopt;
        if (runner) target.wakers.push_back(*runner);
        target.certain = picture.owned = runner.has_value();
        target.outside = !runner;
        picture.targets.push_back(std::move(target));
        return true;
      }
    return false;
  }

  // A thread's number, or of a file lock its holder's process.
  std::vector<std::size_t> holder(const Wait& wait) const {
    if (wait.kind == WaitKind::file_lock) return index_.threads_of(*wait.owner);
    const std::optional<std::size_t> owner = index_.thread(*wait.owner);
    return owner ? std::vector<std::size_t>{*owner} : std::vector<std::size_t>{};
  }

  void add_lock(WaitPicture& picture, std::size_t self) const {
    const Wait& wait = index_.at(self).thread->wait;
    Target target = object_target(index_.at(self), lock_name(wait.kind));
    target.edge_label = "held by";
    if (wait.owner) {
      target.wakers = holder(wait);
      target.certain = wait.owner_evidence.find("suspect") == std::string::npos;
      target.outside = target.wakers.empty() && !wait.owner_is_gone;
      picture.owned = target.certain;
    } else if (!wait.owner_is_gone) {
      // Nobody is named: whoever unlocks it is one of the process, or another process that shares it.
      target.wakers = others(self);
      target.outside = target.wakers.empty();
    }
    picture.targets.push_back(std::move(target));
  }

  // Anybody who knows the object can signal it. Only a process without other threads must share it with another one.
  Target wakeup(std::size_t self) const {
    const ThreadRef& waiter = index_.at(self);
    Target target = object_target(waiter, wakeup_name(waiter.thread->wait.kind));
    target.edge_label = "could be woken by";
    target.wakers = others(self);
    if (target.wakers.empty())
      for (std::size_t i = 0; i < index_.threads().size(); ++i)
        if (i != self) target.wakers.push_back(i);
    return target;
  }

  void add_join(WaitPicture& picture, std::size_t self) const {
    const Wait& wait = index_.at(self).thread->wait;
    Target target;
    target.label = "the end of a thread";
    target.key = "join:" + std::to_string(wait.owner.value_or(0));
    if (wait.owner) target.wakers = holder(wait);
    target.certain = !target.wakers.empty();
    target.outside = target.wakers.empty();
    picture.owned = target.certain;
    picture.targets.push_back(std::move(target));
  }

  void add_children(WaitPicture& picture, const ThreadRef& waiter) const {
    const Wait& wait = waiter.thread->wait;
    std::vector<std::int32_t> pids;
    if (wait.owner && *wait.owner > 0) {
      pids.push_back(*wait.owner);
    } else {
      for (const HangProcess* child : index_.children_of(waiter.process->pid)) pids.push_back(child->pid);
    }
    for (std::int32_t pid : pids) {
      Target target;
      target.key = "process:" + std::to_string(pid);
      const HangProcess* child = index_.process(pid);
      target.label = "process " + std::to_string(pid) + (child == nullptr ? "" : " '" + child->name + "'");
      target.wakers = index_.threads_of(pid);
      target.whole_process = true;
      target.certain = !target.wakers.empty();
      target.outside = target.wakers.empty();
      picture.targets.push_back(std::move(target));
    }
    picture.owned = !picture.targets.empty();
    if (picture.targets.empty()) picture.targets.push_back(unknown(waiter));
  }

  static Target unknown(const ThreadRef& waiter) {
    Target target;
    target.key = "unknown:" + std::to_string(waiter.thread->tid);
    target.label = waiter.thread->wait.kind == WaitKind::signal ? "a signal" : "what cannot be seen from outside";
    target.outside = true;
    return target;
  }

  void add_own_process(const WaitPicture& picture, Target& target, std::size_t self) const {
    if (target.own_process || std::ranges::any_of(picture.targets, &Target::own_process)) return;
    const std::vector<std::size_t> own = others(self);
    target.wakers.insert(target.wakers.end(), own.begin(), own.end());
    target.own_process = true;
  }

  // All threads of the processes that hold these ends; of the waiter's own process the others.
  void add_holders(const WaitPicture& picture, Target& target, std::size_t self,
                   const std::vector<DescriptorEnd>& ends) const {
    const std::int32_t own = index_.at(self).process->pid;
    bool single = !ends.empty();
    for (const DescriptorEnd& end : ends) {
      if (index_.process(end.pid) == nullptr) target.outside = true;
      if (end.pid == own) {
        single = false;
        add_own_process(picture, target, self);
        continue;
      }
      const std::vector<std::size_t> threads = index_.threads_of(end.pid);
      single = single && threads.size() == 1;
      target.wakers.insert(target.wakers.end(), threads.begin(), threads.end());
    }
    sort_out(target.wakers);
    target.certain = single && target.wakers.size() == 1;
  }

  void add_member(WaitPicture& picture, std::size_t self, const model::WaitDescriptor& member) const {
    const ThreadRef& waiter = index_.at(self);
    Target target;
    const std::string number = std::to_string(member.descriptor);
    target.descriptor = HangIndex::descriptor(*waiter.process, member.descriptor);
    target.key = std::to_string(waiter.process->pid) + ":fd:" + number;
    if (target.descriptor == nullptr) {
      target.label = "descriptor " + number;
      target.outside = true;
      picture.targets.push_back(std::move(target));
      return;
    }
    const HangDescriptor& descriptor = *target.descriptor;
    target.label = descriptor.kind + " " + number + " of process " + std::to_string(waiter.process->pid);
    target.edge_label =
        member.wanted == "out" || waiter.thread->wait.kind == WaitKind::write ? "read by" : "written by";
    if (descriptor.kind == "eventfd") {
      add_holders(picture, target, self, descriptor.same_end);
      add_own_process(picture, target, self);
      sort_out(target.wakers);
      target.certain = false;
    } else if (descriptor.kind == "timerfd") {
      picture.moves = picture.moves || descriptor.armed.value_or(false);
      target.outside = !descriptor.armed.has_value();
    } else if (descriptor.kind == "pipe" || descriptor.kind.ends_with("socket") || descriptor.kind == "named pipe") {
      add_holders(picture, target, self, descriptor.other_end);
      target.outside = target.outside || !descriptor.other_end_known;
    } else {
      target.outside = true;
    }
    picture.targets.push_back(std::move(target));
  }

  const HangIndex& index_;
};

}  // namespace

std::vector<WaitPicture> picture_waits(const HangIndex& index) {
  const Pictures pictures(index);
  std::vector<WaitPicture> all;
  for (std::size_t i = 0; i < index.threads().size(); ++i) all.push_back(pictures.of(i));
  return all;
}

bool is_lock(WaitKind kind) {
  return kind == WaitKind::mutex || kind == WaitKind::rwlock_read || kind == WaitKind::rwlock_write ||
         kind == WaitKind::file_lock;
}

bool is_wakeup(WaitKind kind) {
  return kind == WaitKind::condition || kind == WaitKind::semaphore || kind == WaitKind::futex;
}

bool is_descriptor_wait(WaitKind kind) {
  return kind == WaitKind::read || kind == WaitKind::write || kind == WaitKind::accept || kind == WaitKind::connect ||
         kind == WaitKind::poll || kind == WaitKind::epoll;
}

}  // namespace wedge::diagnose
