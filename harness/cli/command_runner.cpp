// Lists, repeats and judges ends.
#include "harness/cli/command_runner.h"

#include <csignal>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>
#include <sys/wait.h>

#include "harness/model/checksum.h"
#include "harness/supervise/early_end.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/free_hang.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;
using supervise::Sighting;
using supervise::Sightings;
using supervise::WatchedRun;

constexpr int exit_unmet = 67;  // of wedge-free
constexpr std::size_t listed_fields = 7;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

Listed listed_from(const std::string& line) {
  const std::vector<std::string> fields = split(line, '\x1f');
  const auto outcome = fields.size() == listed_fields ? outcome_from(fields[4]) : std::nullopt;
  if (!outcome)
    throw EnvironmentError("a program lists its scenarios in a way that this wedge does not know; link it again");
  return {fields[0], fields[1], fields[2], fields[3],
          *outcome,  fields[5], 0,         static_cast<Unfit>(std::atoi(fields[6].c_str())),
          false,     {}};
}

std::string fingerprint_of(Outcome outcome, const std::string& text) {
  model::Checksum checksum;
  checksum.add(name_of(outcome));
  checksum.add(text);
  return checksum.hex();
}

// "terminate called after throwing an instance of 'X' what():  Y", as the runtime of the other rungs says it, so that a
// declared text fits on all of them.
std::string in_our_words(const std::string& line) {
  constexpr std::string_view start = "terminate called after throwing an instance of '";
  constexpr std::string_view reason = " what():  ";
  const std::size_t end = line.find('\'', start.size());
  if (!line.starts_with(start) || end == std::string::npos) return line;
  const std::string text = "uncaught exception of type " + line.substr(start.size(), end - start.size());
  const std::size_t what = line.find(reason, end);
  return what == std::string::npos ? text : text + ": " + line.substr(what + reason.size());
}

// The line in which a program says why it gives up; empty if there is none.
std::string last_words(const std::string& output) {
  std::string found;
  bool terminated = false;
  for (const std::string& line : split(output, '\n')) {
    const bool assertion = line.find("ssertion") != std::string::npos;
    const bool unmet = line.starts_with("wedge: the scope");
    if (assertion || unmet || line.starts_with("terminate called")) found = line;
    if (terminated && line.starts_with("  what():")) found += line.substr(1);
    terminated = line.starts_with("terminate called");
  }
  return found.starts_with("wedge: ") ? found.substr(7) : in_our_words(found);
}

Sighting sighting_of_status(const WatchedRun& run) {
  Sighting sighting;
  const int status = run.wait_status;
  const std::string words = last_words(run.output);
  if (WIFSIGNALED(status))
    sighting.outcome = WTERMSIG(status) == SIGABRT ? Outcome::panic : Outcome::crash;
  else
    sighting.outcome = WEXITSTATUS(status) == exit_unmet && !words.empty() ? Outcome::unmet_obligation : Outcome::panic;
  sighting.text = words.empty() ? "the process " + supervise::words_for_status(status) : words;
  sighting.fingerprint = fingerprint_of(sighting.outcome, sighting.text);
  return sighting;
}

}  // namespace

std::vector<Sighting> sightings_of_end(const WatchedRun& run) {
  if (run.hang) {
    Sighting sighting;
    sighting.outcome = Outcome::hang;
    sighting.text = supervise::words_for(*run.hang);
    sighting.fingerprint = run.hang->fingerprint;
    sighting.hang = run.hang;
    return {sighting};
  }
  if (run.wait_status == 0) return {};
  return {sighting_of_status(run)};
}

supervise::WatchedRunSpec CommandRunner::spec_for(std::vector<std::string> command) const {
  supervise::WatchedRunSpec spec;
  spec.command = std::move(command);
  spec.hang_after = options_.hang_after;
  spec.show_output = options_.show_output;
  return spec;
}

std::vector<Listed> CommandRunner::variants() {
  if (selection_.kind == supervise::ProgramKind::plain) return {Listed{}};
  supervise::WatchedRunSpec spec = spec_for({selection_.program, "--wedge-list"});
  spec.show_output = false;
  spec.most_output = std::size_t{64} << 20;  // a list is wanted whole
  const WatchedRun run = run_watched(spec);
  if (run.hang || run.wait_status != 0)
    throw EnvironmentError(selection_.program + " does not list its scenarios; it " +
                           supervise::words_for_status(run.wait_status));
  std::vector<Listed> all;
  for (const std::string& line : split(run.output, '\n'))
    if (line.find('\x1f') != std::string::npos) all.push_back(listed_from(line));
  return matching(all, selection_.globs);
}

std::vector<std::string> CommandRunner::command_for(const Listed& variant) const {
  if (!variant.scenario.empty()) return {selection_.program, "--wedge-run", variant.scenario, variant.variant};
  std::vector<std::string> command{selection_.program};
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  return command;
}

Sightings CommandRunner::run(const Listed& variant, const RungPlan& plan) {
  Sightings sightings;
  try {
    for (std::uint64_t i = 0; i < plan.executions && !plan.out_of_time(); ++i) {
      sightings.add(i, run_once(command_for(variant)));
      plan.progress(sightings.executions, sightings.failures);
      if (sightings.failures >= (plan.keep_going ? plan.enough : 1)) break;
    }
  } catch (const supervise::Interrupted&) {
    sightings.complete = false;
  }
  return sightings;
}

}  // namespace wedge::cli
