// How a trace's tasks, objects and places are called in text, the same in every report.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/trace.h"

namespace wedge::reports {

class Words {
 public:
  // The trace must outlive this.
  explicit Words(const model::Trace& trace);

  // "task 2", and for a named one: "task 2 'flusher'".
  std::string task(std::uint32_t id) const;
  std::string tasks(const std::vector<std::uint16_t>& ids) const;  // "tasks 1, 2 and 4"
  // "mutex m[1]"; without a name in the source "mutex 3".
  std::string object(std::uint32_t id) const;
  // "abba3.cpp:5"; empty if unknown.
  std::string line(std::uint32_t stack) const;
  std::string line(const model::Place& place) const;
  // "abba3.cpp:5 in work(int)"; empty if unknown.
  std::string place(std::uint32_t stack) const;
  std::string place(const model::Place& place) const;
  // " at abba3.cpp:5 in work(int)", or nothing.
  std::string at(std::uint32_t stack) const;

  // "locks mutex m[1]": what a task does or is about to do.
  std::string action(model::Operation operation, std::uint32_t object) const;

  // The whole paths of the files whose names were shortened.
  const std::map<std::string, std::string>& files() const { return paths_; }

 private:
  void shorten(const std::string& file);

  const model::Trace& trace_;
  std::map<std::string, std::string> names_;  // path to short name
  std::map<std::string, std::string> paths_;  // and back
};

// Whether the outcome is something that one task did at one place, and not how all of them stand.
bool is_about_one_place(Outcome outcome);

// What the task did at that place: "ended the execution", or of a hang "was still running".
std::string_view how_it_ended(Outcome outcome);

// "work(int)" of any length made fit for a line.
std::string shortened(std::string_view function);

}  // namespace wedge::reports
