// What is left of scattered buffers after a part of them has been transferred.
#pragma once

#include <sys/uio.h>

#include <cstddef>

namespace wedge::runtime {

class Remainder {
 public:
  Remainder(const iovec* vectors, std::size_t count, std::size_t done) : vectors_(vectors), count_(count) {
    skip(done);
  }

  bool empty() const { return count_ == 0; }
  // The next part that lies in one piece.
  iovec piece() const { return {static_cast<char*>(vectors_->iov_base) + offset_, vectors_->iov_len - offset_}; }

  void skip(std::size_t bytes) {
    offset_ += bytes;
    while (count_ > 0 && offset_ >= vectors_->iov_len) {
      offset_ -= vectors_->iov_len;
      ++vectors_;
      --count_;
    }
  }

 private:
  const iovec* vectors_;
  std::size_t count_;
  std::size_t offset_ = 0;
};

}  // namespace wedge::runtime
