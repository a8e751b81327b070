// What stops a command before or beside any finding: wrong usage, or an environment that does not let it work.
#pragma once

#include <stdexcept>

namespace wedge::supervise {

// what() is one line for the user and says what to do; the command ends with exit code 2.
class EnvironmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user pressed Ctrl-C (or sent SIGTERM) while something ran.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace wedge::supervise
