// What every program of the corpus must be diagnosed as.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::diagnose::corpus {

// A thread, found by its name. An empty owner or function is not checked; "gone" is an owner that has ended.
struct Role {
  std::string thread;
  model::WaitKind kind;
  std::string owner;
  std::string function;  // must be on its stack
  bool parked = true;    // false: it may be found anywhere in what it does, and moves
};

struct Row {
  std::string program;
  model::HangClass hang_class;
  model::Confidence at_least;
  std::vector<Role> roles;
  std::vector<model::HangClass> never;  // the classes that it comes close to, and must not get
  bool moves = false;                   // some of its threads never stand still
  bool names = true;                    // false: stripped, so the functions have none
};

// Prints a row by its program, where a test is about it.
void PrintTo(const Row& row, std::ostream* out);

const std::vector<Row>& corpus_table();

}  // namespace wedge::diagnose::corpus
