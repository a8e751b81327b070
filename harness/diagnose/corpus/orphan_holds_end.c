// Orphaned I/O: a daemon that has left the tree has inherited the write end of the pipe that its grandparent reads.
#include <sys/wait.h>

#include "corpus.h"

// Its parent ends at once, and only then does it have the parent with which it is to end.
__attribute__((noinline)) static void become_daemon(void) {
  const pid_t launcher = getpid();
  if (fork() != 0) _exit(0);
  call_thread("daemon");
  while (getppid() == launcher) sched_yield();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sleep(1000);
  _exit(0);
}

int main(void) {
  call_thread("reader");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork_child("launcher");
  if (child == 0) become_daemon();
  close(ends[1]);
  waitpid(child, NULL, 0);
  char byte;
  must_not_be_interrupted(read(ends[0], &byte, 1), "read");
  return 0;
}
