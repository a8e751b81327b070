// Runs groups of cases, natively or under control, and gives back their transcripts; finds the culprit of a group that
// did not get to its end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/conformance/driver/options.h"
#include "harness/conformance/driver/transcript.h"

namespace conformance {

struct Listed {
  std::string kind;
  std::string name;  // "family/name"

  std::string family() const { return name.substr(0, name.find('/')); }
  bool is_undefined() const { return kind == "undefined"; }
  bool has_unspecified_results() const { return kind == "one-of" || kind == "one-of-atomic"; }
};

// Cases that share a process.
struct Group {
  std::vector<std::string> names;
  std::size_t runs = 1;  // transcripts of each that are expected
  bool undefined = false;
};

// What became of one run, to be told of one case.
struct Complaint {
  std::string name;
  std::string what;
  std::string repeat;  // the command that shows it again
};

class Runner {
 public:
  explicit Runner(const Options& options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  std::vector<Listed> list(const std::string& program);

  // All transcripts of all runs. A group that fails is run again case by case, and what is wrong with a single case
  // becomes a complaint.
  std::vector<Transcript> run_natively(const std::string& program, const Group& group);
  std::vector<Transcript> run_controlled(const Group& group);

  std::string repeat_natively(const std::string& program, const std::string& name) const;
  std::string repeat_controlled(const std::string& name, const Group& group) const;

  std::vector<Complaint> complaints;

 private:
  using MakeCommand = std::function<std::vector<std::string>(const Group&)>;
  using Repeat = std::function<std::string(const std::string& name)>;

  std::vector<std::string> controlled_command(const Group& group, bool shows_output) const;
  std::vector<Transcript> run(const Group& group, std::size_t times, const MakeCommand& make_command,
                              const Repeat& repeat);

  const Options& options_;
  std::string folder_;
};

}  // namespace conformance
