// Starts a program of the corpus, waits until it has got to where it hangs, and ends it with everything it started.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace wedge::diagnose::corpus {

// How a thread stands: equal at two moments, it did not run in between.
struct Standing {
  char state = '?';
  std::uint64_t switches = 0;

  bool operator==(const Standing&) const = default;
};

struct SeenThread {
  pid_t pid = 0;
  pid_t tid = 0;
  std::string name;
  Standing standing;

  bool operator==(const SeenThread&) const = default;
};

// One program, from its start to its end. The process that makes it becomes the parent of all orphans.
class CorpusRun {
 public:
  CorpusRun(const std::vector<std::string>& command, const std::string& name);
  ~CorpusRun();
  CorpusRun(const CorpusRun&) = delete;
  CorpusRun& operator=(const CorpusRun&) = delete;

  pid_t root() const { return root_; }
  // Processes that have lost their parents meanwhile.
  std::vector<pid_t> orphans() const;

  // Waits until all threads of these names are there, and stand still if they are `parked`; for programs without
  // moving threads, until every thread does. Says what is missing if that takes too long; empty: it has come to pass.
  std::string wait_for(const std::vector<std::string>& parked, bool moves);

  // All threads of the tree and of the orphans, by tid.
  std::map<pid_t, SeenThread> look() const;

  // Whether the command has ended, and how: "exited with status 99".
  std::string ended();
  // The same, after waiting for its end.
  std::string end();

 private:
  void wait_for_announcement();
  void kill_all();

  pid_t root_ = -1;
  int output_ = -1;
  std::string said_;
};

}  // namespace wedge::diagnose::corpus
