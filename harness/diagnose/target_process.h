// Starts the programs that the tests of the capture look at, and waits until they stand still.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/model/hang.h"

namespace wedge::diagnose {

// Kills the process and everything below it at its end.
class TargetProcess {
 public:
  explicit TargetProcess(const std::string& name, std::vector<std::string> arguments = {});
  ~TargetProcess();
  TargetProcess(const TargetProcess&) = delete;
  TargetProcess& operator=(const TargetProcess&) = delete;

  pid_t pid() const { return pid_; }
  // All its threads, at least so many, have stood still for a while. False: it has ended or never comes to rest.
  bool stands_still(std::size_t threads) const;
  bool spins() const;  // one of its threads has used the processor for a while
  bool alive() const;

 private:
  pid_t pid_ = -1;
};

const model::HangProcess* process_in(const model::Hang& hang, pid_t pid);
const model::HangThread* thread_named(const model::HangProcess& process, const std::string& name);
bool on_stack(const model::Hang& hang, const model::HangThread& thread, const std::string& function);
std::string stack_text(const model::Hang& hang, const model::HangThread& thread);

}  // namespace wedge::diagnose
