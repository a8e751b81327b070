// PROVISIONAL: replaced by branch classify.
#include "harness/diagnose/conclude.h"
namespace wedge::diagnose {
void conclude(model::Hang&) {}
}  // namespace wedge::diagnose
