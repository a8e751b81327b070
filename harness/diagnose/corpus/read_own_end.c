// Orphaned I/O: a child reads to the end of a pipe whose write end it has itself forgotten to close.
#include <sys/wait.h>

#include "corpus.h"

__attribute__((noinline)) static void drain(int pipe_end) {
  char buffer[256];
  long count;
  do {
    count = read(pipe_end, buffer, sizeof buffer);
    must_not_be_interrupted(count, "read");
  } while (count > 0);
}

int main(void) {
  call_thread("parent");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork_child("child");
  if (child == 0) {
    drain(ends[0]);
    _exit(0);
  }
  close(ends[0]);
  if (write(ends[1], "bytes", 5) != 5) return 1;
  close(ends[1]);
  must_not_be_interrupted(waitpid(child, NULL, 0), "waitpid");
  return 0;
}
