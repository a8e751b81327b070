// The flag behind Ctrl-C.
#include "harness/supervise/interrupt.h"

#include <csignal>

namespace wedge::supervise {
namespace {

volatile std::sig_atomic_t flag = 0;

void raise_flag(int) { flag = 1; }

}  // namespace

void catch_interrupts() {
  // Without SA_RESTART, so that poll returns at once.
  struct sigaction action = {};
  action.sa_handler = raise_flag;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return flag != 0; }

}  // namespace wedge::supervise
