// What ThreadSanitizer writes, taken apart: one warning at a time, with the places in the user's own code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wedge/outcome.h>

namespace wedge::supervise {

struct TsanFrame {
  std::string function;  // empty: it has no name
  std::string place;     // "file:line", or empty
};

struct TsanWarning {
  std::string kind;                            // "data race", as ThreadSanitizer names it
  bool is_error = false;                       // it ended the program: a fatal signal
  std::vector<std::vector<TsanFrame>> stacks;  // of what happened, not of where threads and memory came from
  std::string text;                            // all of it
};

// Both gcc's and clang's. Everything that is no warning is passed over.
std::vector<TsanWarning> read_tsan_log(std::string_view log);

// Of the user, and not of the C++ library or the sanitizer.
bool is_users(const TsanFrame& frame);

Outcome outcome_of(const TsanWarning& warning);
// Some lines: what happened where in the user's own code.
std::string shortened(const TsanWarning& warning);
// "data race at overdraft.cpp:6 in withdraw()"
std::string words_for(const TsanWarning& warning);
std::string place_of(const TsanWarning& warning);
// From the kind and the names of functions: the same on another machine, and whichever thread came first.
std::string fingerprint_of(const TsanWarning& warning);

}  // namespace wedge::supervise
