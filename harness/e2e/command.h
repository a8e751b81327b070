// Runs commands as a user does: a fresh process, its output and its exit status; first of all `wedge` itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/trace.h"

namespace wedge::e2e {

struct Finished {
  int status = -1;  // exit status; 128 and the signal's number if a signal ended it
  std::string output;
  std::string errors;
};

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

// The caller's environment, without what would change results (MALLOC_PERTURB_, WEDGE_*, LD_PRELOAD), and `extra`.
Finished run_command(const Words& words, const Variables& extra = {});

// Starts all of them, `at_once` at a time.
std::vector<Finished> run_commands(const std::vector<Words>& commands, unsigned at_once);

// The built wedge with these arguments.
Finished wedge(const Words& arguments, const Variables& extra = {});

// A new folder, gone with this object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);
std::vector<std::string> lines_of(const std::string& text);
// The files below a folder: name relative to it, and content.
std::map<std::string, std::string> files_below(const std::string& folder);

// What `wedge run --out FOLDER` left.
model::RunResult result_in(const std::string& folder);
model::Trace trace_in(const std::string& folder, const model::FindingResult& finding);

// The command that `wedge run` printed for the first trace it named, as words; empty if it printed none.
Words printed_replay(const std::string& output);

}  // namespace wedge::e2e
