// Rung `rr`: recorded in chaos mode.
#include "harness/cli/rungs.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {

std::unique_ptr<RungRunner> rr_runner(const RunOptions&, const Selection&) {
  throw supervise::EnvironmentError("the rung rr is under way");
}

}  // namespace wedge::cli
