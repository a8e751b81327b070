// Unknown: a wait in a system call about which no rule knows anything. 77: this kernel does not have it.
#include <linux/aio_abi.h>
#include <sys/syscall.h>

#include "corpus.h"

int main(void) {
  call_thread("receiver");
  aio_context_t context = 0;
  if (syscall(SYS_io_setup, 1, &context) != 0) return 77;
  struct io_event event;
  must_not_be_interrupted(syscall(SYS_io_getevents, context, 1, 1, &event, NULL), "io_getevents");
  return 0;
}
