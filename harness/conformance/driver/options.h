// What the conformance driver was asked to do.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace conformance {

struct Options {
  std::string cases;      // the program under test
  std::string reference;  // the program that is run natively for comparison; the same unless given
  std::string wedge;      // empty: the native half only
  std::string carrier = "fiber";
  std::string strategy = "random";
  std::string seed = "1";
  std::string jobs = "1";
  std::size_t executions = 20;
  std::size_t one_of_executions = 300;
  std::size_t native_runs = 3;
  long patience_s = 60;
  bool has_atomic_points = false;  // level 2
  std::vector<std::string> only;   // parts of names
  std::vector<std::string> skip;   // parts of names
  std::vector<std::string> more;   // further arguments of `wedge run`
};

// Prints how it is called and exits with 2 where the arguments make no sense.
Options read_options(int argument_count, char** arguments);

}  // namespace conformance
