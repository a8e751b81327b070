// Signal undeliverable: a thread waits for a signal that cannot reach it, as the masks and pending sets show.
#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;
using model::HangThread;

std::string numbers_of(std::uint64_t signals) {
  std::string text;
  for (int signal = 1; signal <= 64; ++signal)
    if ((signals >> (signal - 1) & 1) != 0) text += (text.empty() ? "" : ", ") + std::to_string(signal);
  return text;
}

class SignalWait {
 public:
  SignalWait(const Situation& situation, Facts& facts, std::size_t waiter)
      : situation_(situation), facts_(facts), waiter_(waiter), ref_(situation.at(waiter)) {
    for (std::size_t thread : situation.index().threads_of(ref_.process->pid)) {
      threads_.push_back(thread);
      blocked_by_all_ &= situation.at(thread).thread->blocked_signals;
    }
  }

  std::optional<Finding> find() {
    // What another thread has been sent personally is not for this one, however long it waits.
    for (std::size_t thread : threads_)
      if (std::optional<Finding> finding = sent_to(thread)) return finding;
    if (awaited() != 0) return ignored();
    if (std::optional<Finding> finding = pending_and_blocked()) return finding;
    return handlers_blocked();
  }

 private:
  std::uint64_t awaited() const { return ref_.thread->wait.awaited_signals; }

  Finding finding(Confidence confidence, std::string headline, const std::string& reason, const std::string& fact,
                  const std::string& raw) {
    Finding made;
    made.hang_class = model::HangClass::signal_undeliverable;
    made.confidence = confidence;
    made.headline = std::move(headline);
    made.why = {name_for_people(ref_) + " waits for a signal (" + facts_.of(waiter_) + ").",
                reason + " (" + facts_.add(fact, raw) + ")."};
    made.knot = {waiter_};
    return made;
  }

  std::optional<Finding> sent_to(std::size_t thread) {
    const HangThread& other = *situation_.at(thread).thread;
    const std::uint64_t stranded = other.pending_signals & other.blocked_signals & awaited();
    if (thread == waiter_ || stranded == 0) return std::nullopt;
    const std::string name = name_for_people(situation_.at(thread));
    const std::string signal = "signal " + numbers_of(stranded);
    Finding made = finding(Confidence::high, signal + " was sent to a thread that blocks it",
                           "It was sent to " + name + " alone, which blocks it",
                           name + " has " + signal + " pending and blocks it", other.raw);
    made.knot.push_back(thread);
    return made;
  }

  std::optional<Finding> pending_and_blocked() {
    const std::uint64_t pending = (ref_.process->pending_signals | ref_.thread->pending_signals) & blocked_by_all_;
    if (pending == 0) return std::nullopt;
    const std::string signal = "signal " + numbers_of(pending);
    return finding(
        Confidence::high, signal + " is pending and blocked in every thread",
        "It has been sent, and every thread blocks it",
        "process " + std::to_string(ref_.process->pid) + " has " + signal + " pending, and every thread blocks it",
        ref_.thread->raw);
  }

  std::optional<Finding> handlers_blocked() {
    const std::uint64_t handled = ref_.process->caught_signals;
    if (handled == 0 || (handled & ~ref_.thread->blocked_signals) != 0) return std::nullopt;
    return finding(Confidence::medium, "every signal that has a handler is blocked",
                   "Only a handled signal ends this wait, and all with a handler are blocked",
                   name_for_people(ref_) + " blocks the handled signals " + numbers_of(handled), ref_.thread->raw);
  }

  std::optional<Finding> ignored() {
    if ((awaited() & ~ref_.process->ignored_signals) != 0) return std::nullopt;
    return finding(Confidence::medium, "the awaited signal " + numbers_of(awaited()) + " is ignored",
                   "The process ignores it, so one that was sent before the wait is gone",
                   "process " + std::to_string(ref_.process->pid) + " ignores signal " + numbers_of(awaited()),
                   ref_.thread->raw);
  }

  const Situation& situation_;
  Facts& facts_;
  std::size_t waiter_;
  const ThreadRef& ref_;
  std::vector<std::size_t> threads_;
  std::uint64_t blocked_by_all_ = ~std::uint64_t{0};
};

}  // namespace

std::optional<Finding> signal_undeliverable(const Situation& situation, Facts& facts) {
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const model::Wait& wait = situation.at(i).thread->wait;
    if (wait.kind != model::WaitKind::signal || wait.timeout_s) continue;
    if (std::optional<Finding> finding = SignalWait(situation, facts, i).find()) return finding;
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose::rules
