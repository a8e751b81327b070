// PTRACE_SEIZE, other registers, one step or one call, the old registers.
#include "harness/diagnose/borrowed_thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_call{500};
constexpr std::chrono::microseconds pause{100};
constexpr std::uint64_t return_nowhere = 0;        // a jump there is a SIGSEGV, which we take for "returned"
constexpr std::uint64_t red_zone = 128;            // below the stack pointer, and still in use
constexpr std::uint64_t distance = 4096;           // further below, so that nothing of the interrupted function is near
constexpr long long restart_if_no_handler = -514;  // ERESTARTNOHAND, of the kernel alone

struct Stop {
  bool stopped = false;
  bool ended = false;
  int signal = 0;
};

Stop wait_for_stop(std::int32_t tid, Clock::time_point end) {
  do {
    int status = 0;
    const pid_t who = waitpid(tid, &status, __WALL | WNOHANG);
    if (who < 0 || (who == tid && !WIFSTOPPED(status))) return {false, true, 0};
    if (who == tid) return {true, false, status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status)};
    std::this_thread::sleep_for(pause);
  } while (Clock::now() < end);
  return {};
}

bool get_registers(std::int32_t tid, user_regs_struct& registers) {
  iovec data{&registers, sizeof registers};
  return ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &data) == 0;
}

bool set_registers(std::int32_t tid, user_regs_struct registers) {
  iovec data{&registers, sizeof registers};
  return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &data) == 0;
}

// Two bytes that are a system call wherever they stand; the kernel's own page has them, and so has every libc.
std::optional<std::uint64_t> find_system_call_instruction(const AddressSpace& memory) {
  constexpr std::array<std::byte, 2> wanted{std::byte{0x0f}, std::byte{0x05}};
  std::vector<const Mapping*> places;
  for (const Mapping& mapping : memory.mappings())
    if (mapping.executable && mapping.path != "[vsyscall]") places.push_back(&mapping);
  std::stable_partition(places.begin(), places.end(), [](const Mapping* mapping) { return mapping->path == "[vdso]"; });
  for (const Mapping* mapping : places) {
    const std::vector<std::byte> bytes = memory.copy(mapping->start, mapping->end - mapping->start);
    const auto found = std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end());
    if (found != bytes.end()) return mapping->start + static_cast<std::uint64_t>(found - bytes.begin());
  }
  return std::nullopt;
}

}  // namespace

BorrowedThread::BorrowedThread(const AddressSpace& memory, std::int32_t tid) : memory_(memory), tid_(tid) {
  if (ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0) {
    remark_ = std::string("thread cannot be stopped: ") + std::strerror(errno);
    return;
  }
  stopped_ = stop_again() && get_registers(tid_, found_);
  if (!stopped_) remark_ = "thread did not stop in time";
}

BorrowedThread::~BorrowedThread() {
  if (!stopped_) return;  // the end of this thread of ours detaches in any case
  const bool in_call = static_cast<long long>(found_.orig_rax) >= 0;
  if (in_call && static_cast<long long>(found_.rax) == -EINTR)
    found_.rax = static_cast<unsigned long long>(restart_if_no_handler);
  set_registers(tid_, found_);
  ptrace(PTRACE_DETACH, tid_, nullptr, static_cast<long>(held_signal_));
}

bool BorrowedThread::stop_again() {
  if (ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr) != 0) return false;
  const Stop stop = wait_for_stop(tid_, Clock::now() + longest_call);
  if (stop.signal != 0) held_signal_ = stop.signal;
  return stop.stopped;
}

// Until the thread stops with the expected signal; others are kept for it.
bool BorrowedThread::resume(const user_regs_struct& registers, Go how, int expected_signal) {
  if (!set_registers(tid_, registers)) return false;
  const auto end = Clock::now() + longest_call;
  for (;;) {
    if (ptrace(how == Go::one_step ? PTRACE_SINGLESTEP : PTRACE_CONT, tid_, nullptr, nullptr) != 0) return false;
    const Stop stop = wait_for_stop(tid_, end);
    if (stop.ended) {
      stopped_ = false;
      remark_ = "thread ended during the call";
      return false;
    }
    if (!stop.stopped) {
      stopped_ = stop_again();
      remark_ = "the call did not return in time";
      return false;
    }
    if (stop.signal == expected_signal) return true;
    if (stop.signal != 0) held_signal_ = stop.signal;
  }
}

std::optional<std::int64_t> BorrowedThread::system_call(std::int64_t number,
                                                        const std::array<std::uint64_t, 6>& arguments) {
  if (!stopped_) return std::nullopt;
  const auto instruction = find_system_call_instruction(memory_);
  if (!instruction) {
    remark_ = "no system call instruction found in the process";
    return std::nullopt;
  }
  user_regs_struct registers = found_;
  registers.rip = *instruction;
  registers.rax = static_cast<unsigned long long>(number);
  registers.orig_rax = static_cast<unsigned long long>(-1);  // nothing is to be begun again now
  registers.rdi = arguments[0];
  registers.rsi = arguments[1];
  registers.rdx = arguments[2];
  registers.r10 = arguments[3];
  registers.r8 = arguments[4];
  registers.r9 = arguments[5];
  user_regs_struct after{};
  if (!resume(registers, Go::one_step, SIGTRAP) || !get_registers(tid_, after)) return std::nullopt;
  return static_cast<std::int64_t>(after.rax);
}

bool BorrowedThread::call(std::uint64_t function, std::uint64_t argument) {
  if (!stopped_) return false;
  user_regs_struct registers = found_;
  // As after a call instruction: the return address on a stack that was a multiple of 16.
  registers.rsp = ((found_.rsp - red_zone - distance) & ~std::uint64_t{15}) - sizeof return_nowhere;
  if (ptrace(PTRACE_POKEDATA, tid_, registers.rsp, return_nowhere) != 0) {
    remark_ = "the stack of the thread cannot be written";
    return false;
  }
  registers.rip = function;
  registers.rdi = argument;
  registers.rax = 0;
  registers.orig_rax = static_cast<unsigned long long>(-1);
  registers.eflags &= ~std::uint64_t{0x400};  // the direction flag, as every function may expect
  user_regs_struct after{};
  if (!resume(registers, Go::on, SIGSEGV) || !get_registers(tid_, after)) return false;
  if (after.rip == return_nowhere) return true;
  remark_ = "the call crashed";
  return false;
}

bool interrupt_call(std::int32_t tid) {
  if (ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0) return false;
  Stop stop;
  if (ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0) stop = wait_for_stop(tid, Clock::now() + longest_call);
  ptrace(PTRACE_DETACH, tid, nullptr, static_cast<long>(stop.signal));
  return stop.stopped;
}

}  // namespace wedge::diagnose
