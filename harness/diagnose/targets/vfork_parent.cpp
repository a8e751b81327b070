// A parent that has lent its memory to a child which keeps it: state D, out of reach of every signal.

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((noinline)) static void lend_memory(void) {
  if (vfork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
}

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  lend_memory();
  return 99;
}
