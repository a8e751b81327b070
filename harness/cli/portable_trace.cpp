// Takes out of a trace what only its own build and machine can use.
#include "harness/cli/portable_trace.h"

namespace wedge::cli {
namespace {

void make_relative(std::string& path, const std::string& root) {
  if (path.starts_with(root + "/")) path.erase(0, root.size() + 1);
}

}  // namespace

model::Trace portable(model::Trace trace, const std::string& root) {
  make_relative(trace.recipe.program, root);
  trace.modules.clear();
  for (auto& [number, stack] : trace.stacks) {
    make_relative(stack.place.file, root);
    stack.frames.clear();
  }
  return trace;
}

}  // namespace wedge::cli
