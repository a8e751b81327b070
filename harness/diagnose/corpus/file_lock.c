// Deadlock across processes: parent and child take flock of two files in opposite order.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "corpus.h"

// Locks of flock belong to the opened file, so each process opens its own.
static int open_again(int file) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  return open(path, O_RDWR);
}

static void take_both(int first, int second, int told, int tell) {
  char byte = 0;
  if (flock(open_again(first), LOCK_EX) != 0) _exit(1);
  if (write(tell, &byte, 1) != 1 || read(told, &byte, 1) != 1) _exit(1);
  must_not_be_interrupted(flock(open_again(second), LOCK_EX), "flock");
}

int main(void) {
  const int left = memfd_create("left", 0);
  const int right = memfd_create("right", 0);
  int to_child[2], to_parent[2];
  if (pipe(to_child) != 0 || pipe(to_parent) != 0) return 1;
  call_thread("parent");
  if (fork_child("child") == 0)
    take_both(right, left, to_child[0], to_parent[1]);
  else
    take_both(left, right, to_parent[0], to_child[1]);
  return 0;
}
