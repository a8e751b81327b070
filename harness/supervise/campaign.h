// Many executions of one variant, spread over workers, with a result that does not depend on how many there are.
//
// It goes in rounds (rounds.h). Within a round, execution i is determined by (recipe, i) alone; between two rounds the
// recipe takes up what the executions so far have taught (lessons.h). What counts are the executions from 0 up to and
// including the first failing one, or all of them with keep_going, whichever worker came to them first.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "harness/model/trace.h"
#include "harness/supervise/lessons.h"

namespace wedge::supervise {

// What came of one range of executions: `failure` is the first that did not pass; those before it passed.
struct RangeResult {
  unsigned worker = 0;
  std::optional<model::Trace> failure;
  Lessons lessons;  // of the executions that were run
};

// Where executions run; the campaign's tests put their own in its place.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual unsigned count() const = 0;
  // Requires: the worker is idle.
  virtual void begin(unsigned worker, const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) = 0;
  // Waits for one of the busy workers.
  virtual RangeResult wait() = 0;
  // What all later executions may know; no worker is busy.
  virtual void learn(const model::SearchKnowledge& knowledge) = 0;
  // Whatever the worker does is of no interest any more.
  virtual void abandon(unsigned worker) = 0;
  // The failure that one execution ends in if its races count, which begin() lets pass. Requires: no worker is busy.
  virtual std::optional<model::Trace> repeat(const model::Recipe& recipe, std::uint64_t execution) {
    (void)recipe, (void)execution;
    return std::nullopt;
  }
};

// Of a campaign that has found a race and nothing worse: how many executions follow, in search of something worse.
inline constexpr std::uint64_t executions_behind_a_race = 1000;

struct CampaignPlan {
  model::Recipe recipe;
  std::uint64_t executions = 10000;
  std::uint64_t chunk = 64;  // the most executions that a worker is asked for at once
  bool keep_going = false;
  bool races_are_expected = false;           // beside something worse, which is looked for until it is found
  std::uint64_t enough = ~std::uint64_t{0};  // with keep_going: no round follows one after which so many have failed
  // Whether the user has declared the trace's first race harmless; puts the reason there.
  std::function<bool(model::Trace&)> is_benign = [](model::Trace&) { return false; };
  std::function<bool()> out_of_time = [] { return false; };
  std::function<void(std::uint64_t done, std::uint64_t failures)> progress = [](std::uint64_t, std::uint64_t) {};
};

struct CampaignResult {
  std::uint64_t executions = 0;
  std::uint64_t failures = 0;
  std::optional<std::uint64_t> first_failure;
  std::vector<model::Trace> findings;       // one per fingerprint, by their smallest execution; races last
  std::vector<model::Trace> benign;         // races that do not count, each with its reason
  std::optional<model::Residual> residual;  // nothing failed, and every execution that was planned has run
  std::uint64_t predicted = 0;              // deadlocks, from executions that passed
  std::uint64_t directed = 0;               // executions that tried to come to one of them
  bool complete = true;                     // false: ended by Ctrl-C
};

CampaignResult run_campaign(const CampaignPlan& plan, Workers& workers);

}  // namespace wedge::supervise
