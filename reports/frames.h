// Stacks as text, grouped by equality: of 24 workers that wait in the same place one stack is enough.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/trace.h"
#include "reports/page.h"

namespace wedge::reports {

enum class Frames { own, all };

class StackGroups {
 public:
  explicit StackGroups(const std::vector<model::Module>& modules) : modules_(modules) {}

  // `stack` may be null; `remark` says why, or what is wrong with it.
  void add(const model::Stack* stack, std::string remark, std::string name);
  // "4 threads, 3 different stacks".
  std::string title(std::string_view things) const;
  // With Frames::own, a run of frames of the C++ library and of the system is one line.
  std::string text(Frames frames, Limit limit) const;
  bool any_frames() const;

 private:
  struct Group {
    const model::Stack* stack;
    std::string remark;
    std::vector<std::string> names;
  };
  std::string block(const Group& group, Frames frames) const;

  const std::vector<model::Module>& modules_;
  std::vector<Group> groups_;  // in the order in which they came
  std::map<std::string, std::size_t> known_;
};

}  // namespace wedge::reports
