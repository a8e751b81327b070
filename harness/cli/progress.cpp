// Redraws at most ten times a second, and nothing at all for what is over within a blink.
#include "harness/cli/progress.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/options.h"

namespace wedge::cli {
namespace {

constexpr std::chrono::milliseconds interval{100};

}  // namespace

ProgressLine::ProgressLine() : wanted_(isatty(STDERR_FILENO) == 1) {}
ProgressLine::~ProgressLine() { erase(); }

void ProgressLine::begin(std::string name, std::uint64_t total, Clock::time_point start) {
  name_ = std::move(name);
  total_ = total;
  done_ = failures_ = 0;
  more_.clear();
  start_ = drawn_ = start;
}

void ProgressLine::update(std::uint64_t done, std::uint64_t failures, std::string more) {
  done_ = done;
  failures_ = failures;
  more_ = std::move(more);
  redraw();
}

void ProgressLine::redraw() {
  const auto now = Clock::now();
  if (!wanted_ || name_.empty() || now - drawn_ < interval) return;
  drawn_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string total = total_ == no_limit ? std::string() : fmt::format(" of {}", total_);
  fmt::print(stderr, "\r\x1b[Kwedge: {}: {}{} executions, {:.0f}/s, {} failed{}{}", name_, done_, total,
             static_cast<double>(done_) / seconds, failures_, more_.empty() ? "" : ", ", more_);
  std::fflush(stderr);
}

void ProgressLine::erase() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace wedge::cli
