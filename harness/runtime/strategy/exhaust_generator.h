// Random small programs for the tests of the exhaustive search.
#pragma once

#include <random>

#include "harness/runtime/strategy/exhaust_model.h"

namespace wedge::runtime::model_program {

// Programs of two or three tasks from every kind of line. Conditions are waited for under their mutex, as POSIX wants.
class Generator {
 public:
  explicit Generator(unsigned seed, bool with_joins_and_checks = true)
      : random_(seed), with_joins_and_checks_(with_joins_and_checks) {}

  Program program() {
    const int count = 2 + below(2);
    Program program(static_cast<std::size_t>(count));
    for (int task = 0; task < count; ++task) {
      std::vector<Line>& lines = program[static_cast<std::size_t>(task)];
      const std::size_t length = count == 2 ? 4 : 3;
      if (task == count - 1 && with_joins_and_checks_ && below(3) == 0) lines.push_back({Act::join, below(count - 1)});
      while (lines.size() < length) add_to(lines);
    }
    return program;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  void add_to(std::vector<Line>& lines) {
    const int mutex = below(2);
    switch (below(11)) {
      case 0:
      case 1:
        return lines.push_back({Act::load, below(2)});
      case 2:
        return lines.push_back({Act::store, below(2), 1 + below(3)});
      case 3:
        return lines.push_back({Act::add, below(2)});
      case 4:
        lines.push_back({Act::lock, mutex});
        lines.push_back(below(2) == 0 ? Line{Act::add, below(2)} : Line{Act::lock, 1 - mutex});
        return lines.push_back({Act::unlock, mutex});
      case 5:
        lines.push_back({Act::lock, mutex});
        lines.push_back({Act::wait, below(2), mutex});
        return lines.push_back({Act::unlock, mutex});
      case 6:
        return lines.push_back({Act::signal, below(2)});
      case 7:
        return lines.push_back({Act::broadcast, below(2)});
      case 8:
        return lines.push_back({below(2) == 0 ? Act::acquire : Act::post, 1});
      case 9:
        lines.push_back({Act::try_lock, mutex});
        return lines.push_back({Act::unlock, mutex});
      default:
        return lines.push_back({with_joins_and_checks_ && below(4) == 0 ? Act::check : Act::load, below(2), 1});
    }
  }

  std::mt19937 random_;
  bool with_joins_and_checks_;
};

inline std::string text_of(const Program& program) {
  std::string text;
  for (const std::vector<Line>& lines : program) {
    for (const Line& line : lines)
      text += std::to_string(static_cast<int>(line.act)) + "(" + std::to_string(line.thing) + "," +
              std::to_string(line.other) + ") ";
    text += "\n";
  }
  return text;
}

}  // namespace wedge::runtime::model_program
