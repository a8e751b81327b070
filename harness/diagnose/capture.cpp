// PROVISIONAL: replaced by branch capture.
#include "harness/diagnose/capture.h"
namespace wedge::diagnose {
model::Hang capture_tree(const CaptureRequest& request) {
  model::Hang hang;
  hang.root = request.root;
  hang.stacks.emplace_back();
  model::HangProcess process;
  process.pid = request.root;
  hang.processes.push_back(process);
  return hang;
}
}  // namespace wedge::diagnose
