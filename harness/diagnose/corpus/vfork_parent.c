// Deadlock across vfork: the parent stands in state D, where no debugger can stop it, until its child runs another
// program; the child first reads from a pipe that only the parent would fill.
#include "corpus.h"

static int ends[2];

__attribute__((noinline)) static void read_settings(void) {
  char byte;
  must_not_be_interrupted(read(ends[0], &byte, 1), "read");
}

int main(void) {
  call_thread("parent");
  if (pipe(ends) != 0) return 1;
  if (vfork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    call_thread("child");
    read_settings();
    _exit(0);
  }
  return write(ends[1], "x", 1) == 1 ? 0 : 1;
}
