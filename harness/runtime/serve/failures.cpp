// What ends an execution from below: crash signals, abort, uncaught exceptions, and the supervisor's question where it
// stands.
#include <cxxabi.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/intercept/process.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/execution.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/control.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

bool failing = false;  // a second failure while the first is written down ends the process with what there is

void finish_with_signal(Outcome outcome, int signal, const char* text) {
  model::Result& result = control->result;
  if (is_free()) claim_last_word();
  mode = {};
  if (failing) finish_process();
  failing = true;
  result.outcome = outcome;
  result.signal = static_cast<std::uint8_t>(outcome == Outcome::crash ? signal : 0);
  result.choices = result.steps = scheduler.step;
  std::snprintf(result.text, sizeof result.text, "%s", text);
  result.stack = record_stack();
  record_result(outcome);
  finish_process();
}

const char* describe(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "segmentation fault (SIGSEGV)";
    case SIGBUS:
      return "bus error (SIGBUS)";
    case SIGFPE:
      return "arithmetic error (SIGFPE)";
    case SIGILL:
      return "illegal instruction (SIGILL)";
    case SIGTRAP:
      return "trap (SIGTRAP)";
    default:
      return "bad system call (SIGSYS)";
  }
}

// A child that the program has forked ends as it would without us.
void leave_to_default(int signal) {
  ::signal(signal, SIG_DFL);
  raw::call(SYS_tgkill, raw::call(SYS_getpid), raw::call(SYS_gettid), signal);
}

void on_crash(int signal) {
  if (is_child_of_free()) return leave_to_default(signal);
  finish_with_signal(Outcome::crash, signal, describe(signal));
}

void on_abort(int) {
  if (is_child_of_free()) return leave_to_default(SIGABRT);
  finish_with_signal(Outcome::panic, SIGABRT,
                     control->result.text[0] != '\0' ? control->result.text : "abort() was called");
}

void on_where_are_you(int) {
  if (scheduler.current != nullptr && scheduler.current->context->tid != 0 && carrier() == model::CarrierKind::thread &&
      raw::call(SYS_gettid) != scheduler.current->context->tid) {
    raw::call(SYS_tgkill, raw::call(SYS_getpid), scheduler.current->context->tid, SIGUSR2);
    return;
  }
  finish_with_signal(Outcome::hang, 0,
                     "no point was reached for too long in real time: it computes without end, or waits "
                     "in a call that is not controlled");
}

void on_terminate() {
  if (is_child_of_free()) abort();
  char text[1024];
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) {
    panic("std::terminate was called");
  }
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  const char* shown = status == 0 ? name : type->name();
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& error) {
    std::snprintf(text, sizeof text, "uncaught exception of type %s: %s", shown, error.what());
  } catch (...) {
    std::snprintf(text, sizeof text, "uncaught exception of type %s", shown);
  }
  panic(text);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_failure_handlers() {
  stack_t alternate{};
  alternate.ss_size = 256 * 1024;
  alternate.ss_sp = raw::reserve(alternate.ss_size);
  sigaltstack(&alternate, nullptr);
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) handle(signal, on_crash);
  handle(SIGABRT, on_abort);
  if (!wants_free(control->request)) handle(SIGUSR2, on_where_are_you);
  std::set_terminate(on_terminate);
}

}  // namespace wedge::runtime
