// Uses PTRACE_SEIZE and PTRACE_INTERRUPT, which send no signal, and never waits longer than it promises.
#include "harness/diagnose/seize.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto longest_wait = std::chrono::milliseconds(200);
constexpr auto shortest_pause = std::chrono::microseconds(10);
constexpr auto longest_pause = std::chrono::microseconds(1000);
constexpr long restart_if_no_handler = -514;  // ERESTARTNOHAND, of the kernel alone

struct Stop {
  bool stopped = false;
  int signal = 0;  // that was on its way to the thread and must go on
};

Stop wait_for_stop(std::int32_t tid) {
  const auto end = Clock::now() + longest_wait;
  for (auto pause = shortest_pause; Clock::now() < end; pause = std::min(pause * 2, longest_pause)) {
    int status = 0;
    const pid_t who = waitpid(tid, &status, __WALL | WNOHANG);
    if (who < 0 || (who == tid && !WIFSTOPPED(status))) return {};
    if (who == tid) return {true, status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status)};
    std::this_thread::sleep_for(pause);
  }
  return {};
}

// The few calls that the kernel lets fail after any stop would tell the program that somebody was here.
void begin_call_again(std::int32_t tid, user_regs_struct registers) {
  const bool in_call = static_cast<long>(registers.orig_rax) >= 0;
  if (!in_call || static_cast<long>(registers.rax) != -EINTR) return;
  registers.rax = static_cast<unsigned long long>(restart_if_no_handler);
  iovec data{&registers, sizeof registers};
  ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &data);
}

StackCopy copy_of(const AddressSpace& memory, const user_regs_struct& r, std::size_t most_stack_bytes) {
  StackCopy stack;
  stack.stack_pointer = r.rsp;
  stack.instruction = r.rip;
  stack.registers = AllRegisters{r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
                                 r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
  stack.bytes = memory.copy(r.rsp, most_stack_bytes);
  return stack;
}

}  // namespace

Seized seize(const AddressSpace& memory, std::int32_t tid, std::size_t most_stack_bytes) {
  Seized result;
  if (ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0) {
    result.remark = std::string("cannot be stopped for its stack: ") + std::strerror(errno);
    return result;
  }
  const auto start = Clock::now();
  Stop stop;
  if (ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0) stop = wait_for_stop(tid);
  user_regs_struct registers{};
  iovec data{&registers, sizeof registers};
  if (stop.stopped && ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &data) == 0) {
    result.stack = copy_of(memory, registers, most_stack_bytes);
    begin_call_again(tid, registers);
  } else {
    result.remark = "did not stop for its stack in time";
  }
  // Of a thread that has not stopped the kernel refuses it; the end of this thread of ours detaches in any case.
  ptrace(PTRACE_DETACH, tid, nullptr, static_cast<long>(stop.signal));
  result.stopped_s = stop.stopped ? std::chrono::duration<double>(Clock::now() - start).count() : 0;
  return result;
}

}  // namespace wedge::diagnose
