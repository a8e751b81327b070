// Not hung, and no back-pressure deadlock: the pipe is full, but its reader takes a little at a time.
#include <string.h>

#include "corpus.h"

static void fill_for_ever(int pipe_end) {
  char block[4096];
  memset(block, '.', sizeof block);
  while (write(pipe_end, block, sizeof block) > 0) continue;
}

int main(void) {
  call_thread("reader");
  int ends[2];
  if (pipe(ends) != 0) return 1;
  if (fork_child("writer") == 0) fill_for_ever(ends[1]);
  announce();
  char block[4096];
  for (;;) {
    nap(15);
    if (read(ends[0], block, sizeof block) <= 0) return 0;
  }
}
