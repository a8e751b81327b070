// Runs every conformance case natively and under control and says where the two differ: equal results, error codes
// included, and every permitted result of what is unspecified, and no other.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "harness/conformance/driver/options.h"
#include "harness/conformance/driver/runner.h"
#include "harness/conformance/driver/transcript.h"

namespace conformance {
namespace {

class Driver {
 public:
  explicit Driver(const Options& options) : options_(options), runner_(options) {}

  int run() {
    select();
    for (const Group& group : groups(options_.native_runs, options_.native_runs)) run_natively(group);
    std::printf("%zu cases, natively %zu times: %zu failed\n", cases_.size(), options_.native_runs, failed());
    if (!options_.wedge.empty()) {
      const std::size_t before = failed();
      for (const Group& group : groups(options_.executions, options_.one_of_executions)) run_controlled(group);
      std::printf("%zu cases, controlled (%s, %s) %zu or %zu times: %zu failed\n", cases_.size(),
                  options_.strategy.c_str(), options_.carrier.c_str(), options_.executions, options_.one_of_executions,
                  failed() - before);
    }
    tell();
    return runner_.complaints.empty() ? 0 : 1;
  }

 private:
  bool is_selected(const std::string& name) const {
    const auto occurs = [&](const std::string& part) { return name.find(part) != std::string::npos; };
    return (options_.only.empty() || std::ranges::any_of(options_.only, occurs)) &&
           std::ranges::none_of(options_.skip, occurs);
  }

  void select() {
    for (const Listed& each : runner_.list(options_.cases))
      if (is_selected(each.name)) cases_.emplace(each.name, each);
    if (cases_.empty()) throw std::runtime_error("no case is selected");
  }

  // The cases of one family share a process, except those that end it; unspecified results need more runs.
  std::vector<Group> groups(std::size_t runs, std::size_t one_of_runs) const {
    std::vector<Group> all;
    std::map<std::tuple<std::string, bool, bool>, Group> shared;
    for (const auto& [name, each] : cases_) {
      if (each.kind == "alone") {
        all.push_back({{name}, runs, false});
        continue;
      }
      const bool is_open = each.has_unspecified_results();
      Group& group = shared[{each.family(), is_open, each.is_undefined()}];
      group.undefined = each.is_undefined();
      group.names.push_back(name);
      group.runs = is_open ? one_of_runs : runs;
    }
    for (auto& [key, group] : shared) all.push_back(std::move(group));
    return all;
  }

  // The first native run is the measure for all others.
  void run_natively(const Group& group) {
    for (Transcript& transcript : runner_.run_natively(options_.reference, group)) {
      const auto first = expected_.find(transcript.name);
      if (first != expected_.end()) {
        judge(difference(first->second, transcript, "first native", "native"), transcript.name,
              runner_.repeat_natively(options_.reference, transcript.name));
      } else {
        judge(difference(transcript, transcript, "native", "native"), transcript.name,
              runner_.repeat_natively(options_.reference, transcript.name));
        expected_.emplace(transcript.name, std::move(transcript));
      }
    }
    if (options_.cases == options_.reference) return;
    for (const Transcript& transcript : runner_.run_natively(options_.cases, {group.names, 1, group.undefined}))
      compare(transcript, "uncontrolled", runner_.repeat_natively(options_.cases, transcript.name));
  }

  void run_controlled(const Group& group) {
    Reached reached;
    for (const Transcript& transcript : runner_.run_controlled(group)) {
      compare(transcript, "controlled", runner_.repeat_controlled(transcript.name, group));
      reached.add(transcript);
    }
    for (const auto& name : group.names) {
      if (cases_.at(name).kind == "one-of-atomic" && !options_.has_atomic_points) continue;
      for (const auto& value : reached.missing(name))
        runner_.complaints.push_back({name, "never reached " + value, runner_.repeat_controlled(name, group)});
    }
  }

  void compare(const Transcript& transcript, const char* name, const std::string& repeat) {
    const auto expected = expected_.find(transcript.name);
    if (expected == expected_.end()) return;  // the native half has complained already
    judge(difference(expected->second, transcript, "native", name), transcript.name, repeat);
  }

  void judge(const std::optional<std::string>& difference, const std::string& name, const std::string& repeat) {
    if (difference) runner_.complaints.push_back({name, *difference, repeat});
  }

  std::size_t failed() const {
    std::map<std::string, int> names;
    for (const Complaint& complaint : runner_.complaints) ++names[complaint.name];
    return names.size();
  }

  void tell() const {
    std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::string>> different;
    for (const Complaint& complaint : runner_.complaints) {
      auto& [count, repeat] = different[{complaint.name, complaint.what}];
      ++count;
      repeat = complaint.repeat;
    }
    for (const auto& [what, how_often] : different)
      std::printf("\nFAILED %s\n  %s%s\n  repeat: %s\n", what.first.c_str(), what.second.c_str(),
                  how_often.first > 1 ? (" (" + std::to_string(how_often.first) + " times)").c_str() : "",
                  how_often.second.c_str());
    std::fflush(stdout);
  }

  const Options& options_;
  Runner runner_;
  std::map<std::string, Listed> cases_;
  std::map<std::string, Transcript> expected_;
};

}  // namespace
}  // namespace conformance

int main(int argument_count, char** arguments) {
  const conformance::Options options = conformance::read_options(argument_count, arguments);
  try {
    return conformance::Driver(options).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "conformance_driver: %s\n", error.what());
    return 2;
  }
}
