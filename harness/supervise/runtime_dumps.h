// Asks the language runtimes in a condemned tree to write down what they know: each by the signal that it answers with
// a dump, which ends some of them.
#pragma once

#include <string>
#include <vector>

#include "harness/model/hang.h"
#include "harness/supervise/process_table.h"

namespace wedge::supervise {

// "NAME=value" strings: this process's own, and what a runtime must find at its start to be able to answer later.
std::vector<std::string> environment_for_dumps();

// Where a dump goes to a file it is copied from there; where it goes to a terminal or a pipe the user has it already,
// and what is kept says so. `members` are the processes that may be signalled.
std::vector<model::RuntimeDump> ask_runtimes(const model::Hang& hang, const std::vector<ProcessEntry>& members);

}  // namespace wedge::supervise
