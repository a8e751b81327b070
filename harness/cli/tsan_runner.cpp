// Rung `tsan`: a build with the real ThreadSanitizer, without libwedge.
#include "harness/cli/rungs.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {

std::unique_ptr<RungRunner> tsan_runner(const RunOptions&, const Selection&) {
  throw supervise::EnvironmentError("the rung tsan is under way");
}

}  // namespace wedge::cli
