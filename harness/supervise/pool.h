// Workers that are processes of one program, started when they are first needed and kept between campaigns.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "harness/model/hang.h"
#include "harness/supervise/campaign.h"
#include "harness/supervise/job.h"

namespace wedge::supervise {

class Pool : public Workers {
 public:
  Pool(LaunchSpec spec, unsigned count, std::chrono::milliseconds stuck);
  // The free rung. Requires: recipes have the flag free_running.
  Pool(LaunchSpec spec, unsigned count, std::chrono::milliseconds stuck, std::chrono::milliseconds hang_after);

  unsigned count() const override { return static_cast<unsigned>(jobs_.size()); }
  void begin(unsigned worker, const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) override;
  RangeResult wait() override;
  void learn(const model::SearchKnowledge& knowledge) override { knowledge_ = knowledge; }
  void abandon(unsigned worker) override;
  std::optional<model::Trace> repeat(const model::Recipe& recipe, std::uint64_t execution) override;

  // Where execution `execution` stood when its time was over; null if it ended.
  const model::Hang* hang_of(std::uint64_t execution) const;

  // Like begin() of worker 0, but races that the recipe does not know end an execution.
  void begin_exhaustive(const model::Recipe& recipe, std::uint64_t first, std::uint64_t count);
  // Of the exhaustive search that worker 0 carries out. Requires: it has begun one, and is not busy.
  const model::SearchBlock& search() const { return jobs_.front()->control().exhaust; }

  // What the program has registered. Requires: no worker is busy.
  std::vector<model::ListingRecord> listing();

  // Called while waiting, about ten times a second.
  std::function<void()> idle = [] {};

 private:
  Job& job(unsigned worker);
  void send(unsigned worker, model::Request request, model::RacesEnd races_end);
  Arrival wait_for_answer();
  void remember_hang(const Overdue& overdue);

  LaunchSpec spec_;
  std::chrono::milliseconds stuck_;
  std::optional<FreeGuard> free_;
  std::map<std::uint64_t, model::Hang> hangs_;  // by execution
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<model::Recipe> recipes_;  // of what each worker does now
  model::SearchKnowledge knowledge_{};
};

}  // namespace wedge::supervise
