// Finds a strategy by its name: a new strategy adds one line here.
#include "harness/runtime/strategy/registry.h"

#include <cstring>

namespace wedge::runtime {

namespace {

struct Entry {
  const char* name;
  Strategy& (*strategy)();
};

constexpr Entry entries[] = {
    {"mutate", mutate_strategy}, {"pct", pct_strategy},       {"period", period_strategy},
    {"pos", pos_strategy},       {"random", random_strategy}, {"surw", surw_strategy},
};

}  // namespace

Strategy* strategy_named(const char* name) {
  for (const Entry& entry : entries)
    if (std::strcmp(entry.name, name) == 0) return &entry.strategy();
  return nullptr;
}

}  // namespace wedge::runtime
