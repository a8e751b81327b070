// Builds the commands of both halves; the transcripts come back through a file, so that the terminal stays out of it.
#include "harness/conformance/driver/runner.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include "harness/conformance/driver/process.h"

namespace conformance {
namespace {

constexpr std::size_t most_lines_shown = 40;
constexpr int environment_is_wrong = 2;  // exit code of wedge and of the cases: no case is to blame

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string last_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back("    " + line + '\n');
  std::string last;
  for (std::size_t i = lines.size() > most_lines_shown ? lines.size() - most_lines_shown : 0; i < lines.size(); ++i)
    last += lines[i];
  return last;
}

std::string describe(const Finished& finished, std::size_t transcripts, std::size_t expected) {
  const std::string end =
      finished.out_of_time ? "did not end in time" : "ended with " + std::to_string(finished.exit_code);
  return end + " after " + std::to_string(transcripts) + " of " + std::to_string(expected) + " transcripts\n" +
         last_lines(finished.output);
}

void append(std::vector<std::string>& target, const std::vector<std::string>& more) {
  target.insert(target.end(), more.begin(), more.end());
}

bool is_whole(const Group& group, const std::vector<Transcript>& transcripts) {
  std::map<std::string, std::size_t> complete;
  for (const auto& transcript : transcripts) complete[transcript.name] += transcript.is_complete;
  for (const auto& name : group.names)
    if (complete[name] < group.runs) return false;
  return true;
}

}  // namespace

Runner::Runner(const Options& options) : options_(options) {
  std::string name = (std::filesystem::temp_directory_path() / "wedge-conformance-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder " + name);
  folder_ = name;
}

Runner::~Runner() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<Listed> Runner::list(const std::string& program) {
  const Finished finished = run_command({program, "--list"}, std::chrono::seconds(options_.patience_s));
  if (finished.exit_code != 0) throw std::runtime_error(program + " --list failed:\n" + finished.output);
  std::vector<Listed> all;
  std::istringstream stream(finished.output);
  for (Listed each; stream >> each.kind >> each.name;) all.push_back(each);
  return all;
}

std::vector<std::string> Runner::controlled_command(const Group& group, bool shows_output) const {
  std::vector<std::string> command{
      options_.wedge, "run",         "--strategy", options_.strategy, "--carrier",    options_.carrier,
      "--seed",       options_.seed, "--jobs",     options_.jobs,     "--executions", std::to_string(group.runs)};
  append(command, options_.more);
  if (group.undefined) append(command, {"--no-misuse", "--no-races"});
  if (shows_output)
    command.emplace_back("--show-output");
  else
    append(command, {"--out", folder_ + "/out"});
  append(command, {options_.cases, "--"});
  return command;
}

std::string Runner::repeat_natively(const std::string& program, const std::string& name) const {
  return to_shell({program, name});
}

std::string Runner::repeat_controlled(const std::string& name, const Group& group) const {
  auto command = controlled_command(group, true);
  command.push_back(name);
  return to_shell(command);
}

std::vector<Transcript> Runner::run_natively(const std::string& program, const Group& group) {
  Group once = group;
  once.runs = 1;
  std::vector<Transcript> all;
  for (std::size_t i = 0; i < group.runs; ++i) {
    auto transcripts = run(
        once, 1, [&](const Group&) { return std::vector{program}; },
        [&](const auto& name) { return repeat_natively(program, name); });
    std::move(transcripts.begin(), transcripts.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Transcript> Runner::run_controlled(const Group& group) {
  return run(
      group, group.runs, [&](const Group& part) { return controlled_command(part, false); },
      [&](const auto& name) { return repeat_controlled(name, group); });
}

std::vector<Transcript> Runner::run(const Group& group, std::size_t times, const MakeCommand& make_command,
                                    const Repeat& repeat) {
  const std::string file = folder_ + "/transcript";
  std::filesystem::remove(file);
  auto command = make_command(group);
  append(command, {"--transcript", file});
  append(command, group.names);
  const Finished finished = run_command(command, std::chrono::seconds(options_.patience_s));
  auto transcripts = parse_transcripts(read_file(file));
  if (finished.exit_code == 0 && !finished.out_of_time && is_whole(group, transcripts)) return transcripts;
  if (finished.exit_code == environment_is_wrong) throw std::runtime_error("cannot run the cases\n" + finished.output);
  if (group.names.size() == 1) {
    const std::string& name = group.names.front();
    complaints.push_back({name, describe(finished, transcripts.size(), times), repeat(name)});
    return transcripts;
  }
  std::vector<Transcript> all;
  for (const auto& name : group.names) {
    auto single = run({{name}, group.runs, group.undefined}, times, make_command, repeat);
    std::move(single.begin(), single.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace conformance
