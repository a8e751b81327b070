// What the user asked for, after it has been checked for contradictions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/control_block.h"

namespace wedge::cli {

inline constexpr std::uint64_t no_limit = ~std::uint64_t{0};

enum class Rung : std::uint8_t { controlled, free, tsan, rr, gpu };
constexpr std::string_view name_of(Rung rung) {
  constexpr std::string_view names[] = {"controlled", "free", "tsan", "rr", "gpu"};
  return names[static_cast<std::size_t>(rung)];
}

enum class Delays : std::uint8_t { none, light, heavy };
constexpr std::string_view name_of(Delays delays) {
  constexpr std::string_view names[] = {"none", "light", "heavy"};
  return names[static_cast<std::size_t>(delays)];
}

struct RunOptions {
  std::vector<std::string> targets;
  std::vector<std::string> arguments;  // after "--"
  bool has_arguments = false;
  std::string strategy = "portfolio";
  std::uint32_t depth = 3;
  std::string bound;  // strategy exhaust: "preemptions=2", "delays=2" or empty
  std::uint64_t executions = 10000;
  std::uint64_t executions_of_fixes = 0;  // 0: as many
  double time_s = 0;  // 0: no limit
  std::uint64_t seed = 1;
  model::CarrierKind carrier = model::CarrierKind::fiber;
  unsigned jobs = 1;
  bool keep_going = false;
  std::uint64_t enough = 0;  // failures to count; 0: no limit
  bool analyse = true;
  std::string out = "out";
  std::uint64_t max_steps = 1000000;
  double stuck_s = 10;
  bool show_output = false;
  bool no_early_timeouts = false;
  bool spurious_wakeups = false;
  bool races = true;
  bool all_points = false;  // every plain access is one
  std::string benign;       // file of rules
  bool watch_heap = true;
  bool report_misuse = true;
  std::string scenario_glob;
  std::string program;
  std::uint32_t mutation = 0;
  Rung rung = Rung::controlled;
  std::chrono::milliseconds hang_after{10000};
  Delays delays = Delays::light;

  std::uint64_t executions_for(const std::string& variant) const {
    return executions_of_fixes > 0 && variant.starts_with("fix/") ? executions_of_fixes : executions;
  }
  std::chrono::milliseconds stuck_limit() const {
    return std::chrono::milliseconds(static_cast<std::int64_t>(stuck_s * 1000));
  }
};

struct ReproOptions {
  std::string trace;
  unsigned times = 1;
  std::optional<model::CarrierKind> carrier;  // without: the one in the trace
  bool gdb = false;
  bool quiet_output = false;
  bool explain = false;
  std::string program;
  std::string keep;  // a file for the trace as one keeps it in a repository
  double stuck_s = 10;
  unsigned jobs = 1;
};

struct ListOptions {
  std::string program;
  std::vector<std::string> globs;
};

struct ReportOptions {
  std::string results;  // the folder of a run, or one trace or hang
  std::string format = "markdown";
  std::string output;  // empty: standard output; of the format "all", the folder
};

struct VerdictsOptions {
  std::vector<std::string> scenarios;  // globs; empty: all
  std::string out = "out";
  bool run_first = false;
  std::vector<std::string> beside;  // folders of results on other rungs
  RunOptions run;                   // for that; the scenarios and the folder are those above
};

struct WatchOptions {
  std::vector<std::string> command;  // after "--"
  std::optional<std::chrono::milliseconds> deadline;
  std::optional<std::chrono::milliseconds> idle;
  std::chrono::milliseconds grace{5000};
  std::string out = "out";
  std::string report;  // empty: in `out`
  bool probe = false;
  bool cuda = false;
};

struct DumpOptions {
  std::string process;
  bool json = false;
  std::string out;
  double sample_s = 0.25;
  bool stop_blocked = false;
};

struct FlagsOptions {
  bool compile = false;
  bool link = false;
  std::string compiler = "gcc";
  Rung rung = Rung::controlled;  // or tsan
};

}  // namespace wedge::cli
