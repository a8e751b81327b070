// The rungs on which nothing is scheduled: how each runs one variant again and again, and what it saw.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/cli/options.h"
#include "harness/cli/select.h"
#include "harness/supervise/sighting.h"

namespace wedge::cli {

struct RungPlan {
  std::uint64_t executions = 1;
  bool keep_going = false;
  std::uint64_t enough = ~std::uint64_t{0};  // with keep_going: failures after which it ends, soon if not at once
  std::function<bool()> out_of_time = [] { return false; };
  std::function<void(std::uint64_t done, std::uint64_t failures)> progress = [](std::uint64_t, std::uint64_t) {};
  std::function<void()> idle = [] {};
};

// Of one program. Throws EnvironmentError from every function.
class RungRunner {
 public:
  virtual ~RungRunner() = default;
  // What a scenario program has registered; of a plain program one variant without names.
  virtual std::vector<Listed> variants() = 0;
  virtual supervise::Sightings run(const Listed& variant, const RungPlan& plan) = 0;
};

std::unique_ptr<RungRunner> free_runner(const RunOptions& options, const Selection& selection);
std::unique_ptr<RungRunner> tsan_runner(const RunOptions& options, const Selection& selection);
std::unique_ptr<RungRunner> rr_runner(const RunOptions& options, const Selection& selection);
std::unique_ptr<RungRunner> gpu_runner(const RunOptions& options, const Selection& selection);

// Why this rung cannot be used here; empty if it can.
std::string why_not(const RunOptions& options);
std::string why_rr_cannot_be_used();
std::string why_gpu_cannot_be_used(const RunOptions& options);

// `wedge run --rung free|tsan|rr|gpu`; returns the exit code.
int run_rung_command(const RunOptions& options, const std::string& command);

}  // namespace wedge::cli
