// The part of the diagnosis that is plain graph theory.
#include "harness/diagnose/situation.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace wedge::diagnose {
namespace {

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

}  // namespace

Situation::Situation(const model::Hang& hang) : index_(hang), pictures_(picture_waits(index_)) { find_stuck(); }

// Those that go on by themselves free those that they could wake, and so on; who is left over is stuck.
void Situation::find_stuck() {
  stuck_.assign(size(), true);
  std::vector<std::vector<std::size_t>> wakes(size());
  std::deque<std::size_t> freed;
  for (std::size_t i = 0; i < size(); ++i) {
    bool free = pictures_[i].moves;
    for (const Target& target : pictures_[i].targets) {
      free = free || target.outside;
      for (std::size_t waker : target.wakers) wakes[waker].push_back(i);
    }
    if (free) {
      stuck_[i] = false;
      freed.push_back(i);
    }
  }
  for (; !freed.empty(); freed.pop_front())
    for (std::size_t waiter : wakes[freed.front()])
      if (stuck_[waiter]) {
        stuck_[waiter] = false;
        freed.push_back(waiter);
      }
}

std::vector<std::size_t> Situation::next(std::size_t thread, Edges edges) const {
  std::vector<std::size_t> found;
  const ThreadRef& waiter = at(thread);
  for (const Target& target : pictures_[thread].targets) {
    const bool suspect = is_lock(waiter.thread->wait.kind) && waiter.thread->wait.owner.has_value();
    for (std::size_t waker : target.wakers) {
      // Of another process that holds the other end, any thread will do: all of them are stuck, or the waiter was not.
      const bool other_process = is_descriptor_wait(waiter.thread->wait.kind) && target.descriptor != nullptr &&
                                 target.descriptor->kind != "eventfd" && at(waker).process != waiter.process;
      const bool counts = target.certain || other_process || (suspect && edges == Edges::with_suspects);
      if (counts && stuck_[waker]) found.push_back(waker);
    }
  }
  return found;
}

std::vector<std::size_t> Situation::shortest_cycle(std::size_t start, Edges edges) const {
  std::vector<std::size_t> came_from(size(), nobody);
  std::deque<std::size_t> open{start};
  for (; !open.empty(); open.pop_front()) {
    const std::size_t here = open.front();
    for (std::size_t there : next(here, edges)) {
      if (there == start) {
        std::vector<std::size_t> path{here};
        while (path.back() != start) path.push_back(came_from[path.back()]);
        std::ranges::reverse(path);
        return path;
      }
      if (came_from[there] != nobody) continue;
      came_from[there] = here;
      open.push_back(there);
    }
  }
  return {};
}

std::vector<std::size_t> Situation::cycle(Edges edges) const {
  // Without those that lead nowhere, every walk comes back to where it has been: there a cycle passes.
  std::vector<std::vector<std::size_t>> onward(size());
  std::vector<bool> leads_on(size(), true);
  for (std::size_t i = 0; i < size(); ++i)
    if (stuck_[i]) onward[i] = next(i, edges);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < size(); ++i) {
      const bool leads = std::ranges::any_of(onward[i], [&](std::size_t thread) { return leads_on[thread]; });
      if (leads_on[i] && !leads) {
        leads_on[i] = false;
        changed = true;
      }
    }
  }
  std::vector<std::size_t> best;
  std::vector<std::size_t> walked_from(size(), nobody);
  for (std::size_t start = 0; start < size(); ++start) {
    std::size_t here = start;
    while (leads_on[here] && walked_from[here] == nobody) {
      walked_from[here] = start;
      here = *std::ranges::find_if(onward[here], [&](std::size_t thread) { return leads_on[thread]; });
    }
    if (!leads_on[here] || walked_from[here] != start) continue;
    std::vector<std::size_t> found = shortest_cycle(here, edges);
    if (best.empty() || found.size() < best.size()) best = std::move(found);
  }
  return best;
}

// Of a process its first thread stands for it; of those that hold another end only other processes' threads do.
std::size_t Situation::next_in_person(std::size_t thread) const {
  const WaitPicture& picture = pictures_[thread];
  const bool descriptor = is_descriptor_wait(at(thread).thread->wait.kind);
  if (!picture.owned && !descriptor) return nobody;
  for (const Target& target : picture.targets) {
    std::size_t best = nobody;
    for (std::size_t waker : target.wakers) {
      if (descriptor && at(waker).process == at(thread).process) continue;
      if (best == nobody || (at(waker).is_main() && !at(best).is_main())) best = waker;
    }
    if (best != nobody) return best;
  }
  return nobody;
}

std::vector<std::size_t> Situation::chain_from_root() const {
  std::vector<std::size_t> chain;
  std::size_t here = index_.thread(hang().root).value_or(size() > 0 ? 0 : nobody);
  while (here != nobody && std::ranges::find(chain, here) == chain.end()) {
    chain.push_back(here);
    here = next_in_person(here);
  }
  return chain;
}

bool Situation::waits_in_person(std::size_t from, std::size_t to) const {
  std::vector<bool> seen(size(), false);
  std::deque<std::size_t> open{from};
  for (; !open.empty(); open.pop_front()) {
    const std::size_t here = open.front();
    if (seen[here]) continue;
    seen[here] = true;
    if (!pictures_[here].owned) continue;
    for (const Target& target : pictures_[here].targets)
      for (std::size_t waker : target.wakers) {
        if (waker == to) return true;
        open.push_back(waker);
      }
  }
  return false;
}

}  // namespace wedge::diagnose
