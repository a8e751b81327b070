// Ctrl-C: noticed between two answers of the workers, so that the children are ended and what is known is written.
#pragma once

namespace wedge::supervise {

// From now on SIGINT and SIGTERM only raise the flag that `interrupted` reads.
void catch_interrupts();

bool interrupted();

}  // namespace wedge::supervise
