// What the tests of `wedge watch` share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/e2e/command.h"
#include "harness/model/hang.h"

namespace wedge::e2e {

// In shell scripts: "$WEDGE watch ..." and "$WAITS condition-lost", "$COUNTS".
Variables watch_variables();

// Runs a script with bash in `folder`.
Finished script(const Folder& folder, const std::string& text);

// The wait status of a command, not only what a shell makes of it.
int wait_status_of(const Words& words);

bool contains(const std::string& text, const std::string& part);

// Until a file has something in it; what it has.
std::string wait_for_text(const std::string& path);

// The processes in `folder` that have these words in their command lines; other tests may run the same ones elsewhere.
std::vector<pid_t> processes_with(const Folder& folder, const std::string& words);

model::Hang hang_in(const std::string& path);

}  // namespace wedge::e2e
