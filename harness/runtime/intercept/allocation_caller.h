// Who called operator new or delete: the allocator below it is called from the C++ library and cannot see that.
#pragma once

namespace wedge::runtime {

// Null outside of these operators. Of the thread that runs the task, and so the task's own.
extern thread_local const void* operator_caller __attribute__((tls_model("initial-exec")));

class OperatorCaller {
 public:
  explicit OperatorCaller(const void* pc) { operator_caller = pc; }
  ~OperatorCaller() { operator_caller = nullptr; }
  OperatorCaller(const OperatorCaller&) = delete;
  OperatorCaller& operator=(const OperatorCaller&) = delete;
};

}  // namespace wedge::runtime
