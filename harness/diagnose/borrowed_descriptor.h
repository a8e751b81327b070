// A descriptor of another process, borrowed for questions that take nothing from it: how full, ready for what.
#pragma once

#include <cstdint>
#include <optional>

namespace wedge::diagnose {

// Never asked about files, terminals or devices, where even looking may mean something.
class BorrowedDescriptor {
 public:
  // `pidfd` of the process; anonymous pipes can also be opened a second time where borrowing is not permitted.
  BorrowedDescriptor(int pidfd, std::int32_t pid, std::int32_t descriptor, bool anonymous_pipe);
  ~BorrowedDescriptor();
  BorrowedDescriptor(const BorrowedDescriptor&) = delete;
  BorrowedDescriptor& operator=(const BorrowedDescriptor&) = delete;

  bool usable() const { return file_ >= 0; }
  bool is_second() const { return second_; }  // opened anew for reading: says nothing about writing
  std::optional<std::uint64_t> unread() const;
  std::optional<std::uint64_t> pipe_capacity() const;
  struct Ready {
    bool in = false, out = false;
  };
  std::optional<Ready> ready() const;
  // Of a socket: after how many seconds it gives up receiving or sending; none: never.
  std::optional<double> socket_limit(bool receiving) const;

 private:
  int file_ = -1;
  bool second_ = false;
};

int open_pidfd(std::int32_t pid);  // -1: not possible

}  // namespace wedge::diagnose
