// PROVISIONAL: replaced by branch reports.
#include "reports/hang_markdown.h"
namespace wedge::reports {
std::string hang_report(const model::Hang& hang) { return "# " + hang.trigger + "\n"; }
}  // namespace wedge::reports
