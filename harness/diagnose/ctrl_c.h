// Whether SIGINT would end a process, found without sending one.
#pragma once

#include "harness/diagnose/process_reading.h"

namespace wedge::diagnose {

// Of the default action, of ignoring and of blocking the answer is certain. Of a handler it is told whether it would
// run, and whether the way by which such handlers wake an event loop is open.
model::CtrlC predict_ctrl_c(const ProcessReading& reading);

}  // namespace wedge::diagnose
