// Borrows a thread of a condemned process for one call of ours and puts it back where it was, for experiments after the
// report is safe: nothing here belongs into a capture.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/user.h>

#include "harness/diagnose/address_space.h"

namespace wedge::diagnose {

// The system call that the thread was in is begun again afterwards, also one that would return EINTR. Only general
// registers are changed, and the stack below what the thread uses. All in the thread that made this object.
class BorrowedThread {
 public:
  // Requires: the thread is not in state D and nobody traces it. Look at remark().
  BorrowedThread(const AddressSpace& memory, std::int32_t tid);
  ~BorrowedThread();
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  // Why nothing works or the last call has failed; empty: all is well.
  const std::string& remark() const { return remark_; }

  // What the kernel returned. Only for calls that do not block.
  std::optional<std::int64_t> system_call(std::int64_t number, const std::array<std::uint64_t, 6>& arguments);

  // Calls a function of the process. False if it did not return in time; the thread is put back all the same.
  bool call(std::uint64_t function, std::uint64_t argument);

 private:
  enum class Go { one_step, on };
  bool resume(const user_regs_struct& registers, Go how, int expected_signal);
  bool stop_again();

  const AddressSpace& memory_;
  std::int32_t tid_;
  bool stopped_ = false;
  user_regs_struct found_{};
  int held_signal_ = 0;  // that came meanwhile and is the thread's own
  std::string remark_;
};

// Makes the system call of a thread return EINTR, if it is one of those that do so after any stop, and nothing else.
// False if the thread could not be stopped.
bool interrupt_call(std::int32_t tid);

}  // namespace wedge::diagnose
