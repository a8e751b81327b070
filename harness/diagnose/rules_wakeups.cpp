// Lost wakeup, missing producer and exhausted pool: somebody should have said something.
#include <algorithm>
#include <array>
#include <map>

#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangDescriptor;
using model::HangThread;
using model::Wait;
using model::WaitDescriptor;
using model::WaitKind;

constexpr std::size_t shown_around = 6;

// An edge that has been told and not followed: bytes lie there, and the set will not say so again.
const HangDescriptor* told_edge(const ThreadRef& ref) {
  for (const WaitDescriptor& member : ref.thread->wait.descriptors) {
    if (!member.edge || member.wanted.find("in") == std::string::npos) continue;
    const HangDescriptor* descriptor = HangIndex::descriptor(*ref.process, member.descriptor);
    if (descriptor == nullptr) continue;
    if (descriptor->ready_in.value_or(member.ready && member.wanted == "in")) return descriptor;
  }
  return nullptr;
}

// A worker's wait for a result, in any of the spellings that name it; an idle worker's wait for work is none of these.
bool waits_for_a_result(const model::Hang& hang, const HangThread& thread) {
  static constexpr std::array<std::string_view, 6> names{"__future_base", "__basic_future", "future",
                                                         "Future",        "latch",          "promise"};
  return std::ranges::any_of(names, [&](std::string_view name) { return stands_in(hang, thread, name); });
}

std::string start_function(const Situation& situation, std::size_t thread) {
  const std::vector<std::string> functions = user_functions(situation.hang(), *situation.at(thread).thread);
  return functions.empty() ? std::string() : functions.back();
}

bool waits_for_the_pool(const Situation& situation, std::size_t thread, const std::vector<std::size_t>& pool) {
  if (std::ranges::find(pool, thread) != pool.end()) return false;
  return is_wakeup(situation.at(thread).thread->wait.kind) ||
         std::ranges::any_of(pool, [&](std::size_t worker) { return situation.waits_in_person(thread, worker); });
}

// Pools by the process and the function that their threads were started in; without the first thread.
std::map<std::pair<std::int32_t, std::string>, std::vector<std::size_t>> pools(const Situation& situation) {
  std::map<std::pair<std::int32_t, std::string>, std::vector<std::size_t>> found;
  for (std::size_t i = 0; i < situation.size(); ++i) {
    if (situation.at(i).is_main()) continue;
    const std::string start = start_function(situation, i);
    if (!start.empty()) found[{situation.at(i).process->pid, start}].push_back(i);
  }
  return found;
}

Finding woken_by_nobody(const Situation& situation, Facts& facts, std::size_t waiter) {
  Finding finding;
  finding.knot = {waiter};
  finding.why.push_back(name_for_people(situation.at(waiter)) + " waits without a time limit (" + facts.of(waiter) +
                        ").");
  for (const Target& target : situation.picture(waiter).targets)
    for (std::size_t waker : target.wakers)
      if (finding.around.size() < shown_around) finding.around.push_back(waker);
  return finding;
}

}  // namespace

std::optional<Finding> lost_wakeup_with_evidence(const Situation& situation, Facts& facts) {
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const ThreadRef& ref = situation.at(i);
    const Wait& wait = ref.thread->wait;
    if (wait.timeout_s || ref.thread->voluntary_switches > 0) continue;
    std::string evidence;
    if (wait.kind == WaitKind::condition && wait.signal_pending.value_or(false)) {
      evidence = "The condition variable has been signalled and still holds that signal, and the waiter sleeps";
    } else if (wait.kind == WaitKind::futex && wait.value_changed.value_or(false)) {
      evidence = "The word that it waits to see changed has changed, and nobody woke it";
    } else if (const HangDescriptor* descriptor = told_edge(ref);
               wait.kind == WaitKind::epoll && descriptor != nullptr) {
      evidence = "What it waits for is there (" + facts.of_descriptor(*ref.process, *descriptor) +
                 "), but it was told so once already, and the set tells each arrival only once";
    }
    if (evidence.empty()) continue;
    Finding finding = woken_by_nobody(situation, facts, i);
    finding.hang_class = HangClass::lost_wakeup;
    finding.confidence = Confidence::medium;
    const auto& targets = situation.picture(i).targets;
    finding.headline = "the wakeup of " + name_for_people(ref) + " was lost" +
                       (is_wakeup(wait.kind) && !targets.empty() ? " (" + targets.front().label + ")" : "");
    finding.why.push_back(evidence + " (" + facts.of(i) + ").");
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> pool_exhausted(const Situation& situation, Facts& facts) {
  for (const auto& [key, pool] : pools(situation)) {
    if (pool.size() < 2) continue;
    const bool all_wait = std::ranges::all_of(pool, [&](std::size_t i) {
      const HangThread& thread = *situation.at(i).thread;
      return situation.stuck(i) && is_wakeup(thread.wait.kind) && waits_for_a_result(situation.hang(), thread);
    });
    if (!all_wait) continue;
    Finding finding;
    finding.hang_class = HangClass::pool_exhausted;
    finding.confidence = Confidence::medium;
    finding.headline =
        "all " + count_of(pool.size(), "thread") + " of the pool wait for work that only the pool could do";
    std::string ids;
    for (std::size_t i = 0; i < std::min<std::size_t>(pool.size(), 4); ++i)
      ids += (ids.empty() ? "" : ", ") + facts.of(pool[i]);
    finding.why = {"All " + count_of(pool.size(), "thread") + " that were started in " + key.second +
                       " wait for a result, inside of work of their own (" + ids + ").",
                   "None of the pool is left to take up further work, and no other thread can go on."};
    finding.knot = pool;
    for (std::size_t i = 0; i < situation.size() && finding.around.size() < shown_around; ++i)
      if (waits_for_the_pool(situation, i, pool)) finding.around.push_back(i);
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> nobody_is_left(const Situation& situation, Facts& facts) {
  const std::vector<std::size_t> chain = situation.chain_from_root();
  if (chain.empty()) return std::nullopt;
  const std::size_t last = chain.back();
  const ThreadRef& ref = situation.at(last);
  const WaitPicture& picture = situation.picture(last);
  const bool eventfd = std::ranges::any_of(picture.targets, [](const Target& target) {
    return target.descriptor != nullptr &&
           (target.descriptor->kind == "eventfd" || target.descriptor->kind == "timerfd");
  });
  if (!situation.stuck(last) || picture.owned || !(is_wakeup(ref.thread->wait.kind) || eventfd)) return std::nullopt;

  Finding finding = woken_by_nobody(situation, facts, last);
  const bool awaited = chain.size() > 1;
  finding.hang_class = awaited ? HangClass::lost_wakeup : HangClass::missing_producer;
  finding.confidence = Confidence::medium;
  const std::string what = picture.targets.empty() ? std::string("an event") : picture.targets.front().label;
  finding.headline = name_for_people(ref) + " waits for " + what + ", and nobody is left who could wake it";
  std::string others = "Every other thread that could is itself waiting for ever";
  if (!finding.around.empty()) others += " (" + facts.of(finding.around.front()) + ")";
  if (finding.around.empty()) others = "There is no other thread that could";
  finding.why.push_back(others + ".");
  if (awaited) {
    finding.knot.push_back(chain[chain.size() - 2]);
    std::erase(finding.around, chain[chain.size() - 2]);
    finding.why.push_back(name_for_people(situation.at(chain[chain.size() - 2])) +
                          " already waits for it to end, so whatever was to tell it so came too early or never (" +
                          facts.of(chain[chain.size() - 2]) + ").");
  } else {
    finding.why.emplace_back("Whether a wakeup came before the wait began cannot be seen from outside.");
  }
  return finding;
}

}  // namespace wedge::diagnose::rules
