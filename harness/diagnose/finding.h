// What one rule has to say about a hang, and the facts that it says it from.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/diagnose/situation.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

// Collects facts in the order in which they are first used, numbered F1, F2, ...
class Facts {
 public:
  explicit Facts(const Situation& situation) : situation_(&situation) {}

  std::string add(std::string text, std::string raw);  // its id
  std::string of(std::size_t thread);                  // what the thread waits for; once per thread
  std::string movement_of(std::size_t thread);         // what it did between the samples
  std::string of_descriptor(const model::HangProcess& process, const model::HangDescriptor& descriptor);
  std::vector<model::Fact> take() { return std::move(facts_); }

 private:
  const Situation* situation_;
  std::vector<model::Fact> facts_;
};

struct Finding {
  model::HangClass hang_class = model::HangClass::unknown;
  model::Confidence confidence = model::Confidence::none;
  std::string headline;
  std::vector<std::string> why;     // at most three sentences
  std::vector<std::size_t> knot;    // the threads that it is about; the fingerprint is made of these
  std::vector<std::size_t> around;  // shown beside them: who could have woken them
};

using Rule = std::optional<Finding> (*)(const Situation&, Facts&);

// "waits for mutex accounts (normal), held by thread 4711", also where the capture left no text.
std::string describe_wait(const Situation& situation, std::size_t thread);
std::string count_of(std::size_t number, std::string_view thing);  // "1 thread", "3 threads"
std::string seconds(double duration);                              // "0.25 s", "1000 s"

}  // namespace wedge::diagnose
