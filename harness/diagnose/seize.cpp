// Uses PTRACE_SEIZE and PTRACE_INTERRUPT, which send no signal, and never waits longer than it promises.
#include "harness/diagnose/seize.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "harness/model/checksum.h"

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto longest_wait = std::chrono::milliseconds(200);
constexpr auto shortest_pause = std::chrono::microseconds(10);
constexpr auto longest_pause = std::chrono::microseconds(1000);
constexpr std::uint32_t most_looks = 24;
constexpr auto longest_looking = std::chrono::milliseconds(100);
constexpr auto between_looks = std::chrono::microseconds(500);
constexpr std::uint64_t shortest_run_ns = 300000;  // more than stopping and going on costs by itself, with a margin
constexpr std::uint64_t red_zone = 128;            // below the stack pointer
constexpr std::size_t steering_bytes = 16384;
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

bool is_interrupted_call(const user_regs_struct& registers) {
  const auto result = static_cast<long>(registers.rax);
  return static_cast<long>(registers.orig_rax) >= 0 && (result == -EINTR || (result <= -512 && result >= -516));
}

// All that steers a thread: its registers, its part of the stack, and the program's own variables. A loop that counts
// in any of them is never seen twice in the same state.
std::uint64_t state_of(const AddressSpace& memory, const user_regs_struct& registers) {
  model::Checksum checksum;
  checksum.add(std::string_view(reinterpret_cast<const char*>(&registers), sizeof registers));
  const auto add = [&](std::uint64_t address, std::size_t size) {
    const std::vector<std::byte> bytes = memory.copy(address, size);
    checksum.add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  };
  add(registers.rsp - red_zone, steering_bytes);
  const auto& mappings = memory.mappings();
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    // Behind the variables with a value lie those without, in memory that belongs to no file.
    const bool follows = i > 0 && mappings[i].path.empty() && mappings[i].start == mappings[i - 1].end;
    const std::string& path = mappings[follows ? i - 1 : i].path;
    if (mappings[i].writable && path == mappings.front().path) add(mappings[i].start, steering_bytes);
  }
  return checksum.value();
}

std::uint64_t processor_time_ns(const AddressSpace& memory, std::int32_t tid) {
  return std::strtoull(read_whole(thread_path(memory.pid(), tid) + "/schedstat").value_or("0").c_str(), nullptr, 10);
}

// Requires: stopped. It is stopped again when this returns, unless it does not stop any more.
Stop look_again(const AddressSpace& memory, std::int32_t tid, user_regs_struct registers, Stop stop, Seized& result) {
  const auto end = Clock::now() + longest_looking;
  std::vector<std::uint64_t> seen{state_of(memory, registers)};
  while (result.looks < most_looks && Clock::now() < end && stop.stopped && !is_interrupted_call(registers)) {
    const std::uint64_t before = processor_time_ns(memory, tid);
    if (ptrace(PTRACE_CONT, tid, nullptr, static_cast<long>(stop.signal)) != 0) break;
    std::this_thread::sleep_for(between_looks);
    const auto start = Clock::now();
    if (ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) != 0) break;
    stop = wait_for_stop(tid);
    iovec data{&registers, sizeof registers};
    if (!stop.stopped || ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &data) != 0) break;
    result.stopped_s = std::max(result.stopped_s, std::chrono::duration<double>(Clock::now() - start).count());
    begin_call_again(tid, registers);
    const std::uint64_t state = state_of(memory, registers);
    // One that had no processor meanwhile stands where it stood, which means nothing.
    if (state == seen.back() && processor_time_ns(memory, tid) - before < shortest_run_ns) continue;
    ++result.looks;
    if (std::ranges::find(seen, state) != seen.end()) ++result.repeated_looks;
    seen.push_back(state);
  }
  return stop;
}

}  // namespace

Seized seize(const AddressSpace& memory, std::int32_t tid, std::size_t most_stack_bytes, Looks looks) {
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
    result.stopped_s = std::chrono::duration<double>(Clock::now() - start).count();
    if (looks == Looks::many) stop = look_again(memory, tid, registers, stop, result);
  } else {
    result.remark = "did not stop for its stack in time";
  }
  // Of a thread that has not stopped the kernel refuses it; the end of this thread of ours detaches in any case.
  ptrace(PTRACE_DETACH, tid, nullptr, static_cast<long>(stop.signal));
  return result;
}

}  // namespace wedge::diagnose
