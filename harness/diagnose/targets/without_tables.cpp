// Waits at the end of a chain of calls for which the compiler has written no table of how to unwind them.
#include <csignal>

#include <sys/prctl.h>
#include <unistd.h>

#define WEDGE_NOINLINE __attribute__((noinline))

WEDGE_NOINLINE static int inner_call(int descriptor) {
  char bytes[200];
  const int count = static_cast<int>(read(descriptor, bytes, sizeof bytes));
  asm volatile("" : : "r"(bytes) : "memory");
  return count;
}

WEDGE_NOINLINE static int outer_call(int descriptor) {
  const int count = inner_call(descriptor);
  asm volatile("" ::: "memory");
  return count + 1;
}

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  outer_call(ends[0]);
  return 99;
}
