// The line that shows a person at a terminal that something happens; in a pipe there is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wedge::cli {

class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;

  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `total` may be no_limit; `start` is when it began.
  void begin(std::string name, std::uint64_t total, Clock::time_point start);
  // `more`: what else there is to say.
  void update(std::uint64_t done, std::uint64_t failures, std::string more = {});
  void redraw();
  void erase();

 private:
  bool wanted_;
  bool shown_ = false;
  std::string name_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t failures_ = 0;
  std::string more_;
  Clock::time_point start_;
  Clock::time_point drawn_;
};

}  // namespace wedge::cli
