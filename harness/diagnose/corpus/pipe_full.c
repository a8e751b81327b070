// Pipe back-pressure: a child has filled its 64 KiB of pipe, and the parent waits for the child before it reads.
#include <string.h>
#include <sys/wait.h>

#include "corpus.h"

__attribute__((noinline)) static void print_report(int pipe_end) {
  char line[1024];
  memset(line, '.', sizeof line);
  for (int i = 0; i < 100; ++i) must_not_be_interrupted(write(pipe_end, line, sizeof line), "write");
}

int main(void) {
  call_thread("parent");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork_child("child");
  if (child == 0) {
    close(ends[0]);
    print_report(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  must_not_be_interrupted(waitpid(child, NULL, 0), "waitpid");
  return 0;
}
