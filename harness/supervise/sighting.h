// What a free rung saw go wrong. Nothing there can be replayed, so it counts how often it was seen instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <wedge/outcome.h>
#include "harness/model/hang.h"

namespace wedge::supervise {

struct Sighting {
  Outcome outcome = Outcome::pass;
  std::string fingerprint;
  std::uint64_t execution = 0;  // the first that showed it
  std::uint64_t seen = 1;       // executions that did
  std::string text;
  std::string place;    // "file:line"
  std::string details;  // for people, several lines: a stack
  std::string report;   // in full what somebody else says about it: a sanitizer
  std::optional<model::Hang> hang;
  std::string replay;  // rung rr: the command that plays the recording
};

struct Sightings {
  std::uint64_t executions = 0;
  std::uint64_t failures = 0;  // executions that did not pass
  std::optional<std::uint64_t> first_failure;
  bool complete = true;            // false: ended by Ctrl-C
  std::vector<Sighting> distinct;  // by fingerprint, in the order of their first execution

  // What one execution showed; nothing if it passed.
  void add(std::uint64_t execution, std::vector<Sighting> seen);
};

}  // namespace wedge::supervise
