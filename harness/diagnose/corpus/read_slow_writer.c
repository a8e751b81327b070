// Not hung, and no orphaned I/O: a child writes a little now and then into the pipe that its parent reads.
#include "corpus.h"

int main(void) {
  call_thread("reader");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  if (fork_child("writer") == 0) {
    announce();
    for (;;) {
      nap(15);
      if (write(ends[1], "x", 1) != 1) _exit(0);
    }
  }
  char buffer[16];
  while (read(ends[0], buffer, sizeof buffer) > 0) continue;
  return 0;
}
