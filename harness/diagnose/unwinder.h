// Return addresses of a thread from a copy of its stack and two of its registers, without the thread's help.
//
// A thread blocked in a system call shows its stack pointer and its instruction, nothing else. That is enough for code
// whose frames are found from the stack pointer. A function that keeps a frame pointer hides it in a register that
// nobody shows; its frame is then looked for in the copied stack and believed only if the unwinding from there reaches
// the start of the thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/diagnose/address_space.h"

namespace wedge::diagnose {

// In the order of the DWARF numbers of x86-64: rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15, rip.
using AllRegisters = std::array<std::uint64_t, 17>;

struct StackCopy {
  std::uint64_t stack_pointer = 0;
  std::uint64_t instruction = 0;
  std::optional<AllRegisters> registers;                  // of a thread that was stopped
  std::optional<std::array<std::uint64_t, 6>> arguments;  // of the system call, still in their registers
  std::vector<std::byte> bytes;                           // from the stack pointer upwards

  std::uint64_t end() const { return stack_pointer + bytes.size(); }
  std::optional<std::uint64_t> word(std::uint64_t address) const;
};

struct Unwound {
  // Instructions; of callers the byte before the return address, which belongs to the call.
  std::vector<std::uint64_t> instructions;
  bool complete = false;  // down to the start of the thread or program
  std::string remark;     // where it had to search, or why it ends early
};

// One thread at a time. The files of the modules are opened at the first question.
class Unwinder {
 public:
  explicit Unwinder(const AddressSpace& memory);
  ~Unwinder();
  Unwinder(const Unwinder&) = delete;
  Unwinder& operator=(const Unwinder&) = delete;

  Unwound unwind(const StackCopy& stack);

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace wedge::diagnose
