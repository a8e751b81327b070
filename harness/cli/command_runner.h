// What the rungs tsan, rr and gpu have in common: a command that is started once for each execution.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/rungs.h"
#include "harness/supervise/watched_run.h"

namespace wedge::cli {

// The scenarios of a program linked with wedge-free, or the program itself.
class CommandRunner : public RungRunner {
 public:
  CommandRunner(const RunOptions& options, const Selection& selection) : options_(options), selection_(selection) {}

  std::vector<Listed> variants() override;
  supervise::Sightings run(const Listed& variant, const RungPlan& plan) override;

 protected:
  // What one execution showed; nothing if it passed. `command`: what to start.
  virtual std::vector<supervise::Sighting> run_once(const std::vector<std::string>& command) = 0;

  supervise::WatchedRunSpec spec_for(std::vector<std::string> command) const;
  const RunOptions& options() const { return options_; }
  const Selection& selection() const { return selection_; }

 private:
  std::vector<std::string> command_for(const Listed& variant) const;

  const RunOptions& options_;
  const Selection& selection_;
};

// How it ended, if that was a failure: by a signal, with a status, or not at all.
std::vector<supervise::Sighting> sightings_of_end(const supervise::WatchedRun& run);

}  // namespace wedge::cli
