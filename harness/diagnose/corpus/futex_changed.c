// Lost wakeup: the word has been changed, and whoever changed it forgot to wake.
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "corpus.h"

static _Atomic uint32_t state;
static pid_t waiter_tid;
static atomic_bool about_to_wait;

static void* wait_for_change(void* unused) {
  call_thread("waiter");
  waiter_tid = (pid_t)syscall(SYS_gettid);
  about_to_wait = true;
  must_not_be_interrupted(syscall(SYS_futex, &state, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0), "futex");
  return unused;
}

// Its state in /proc says when it sleeps: no guess about how long that takes.
static int sleeps(pid_t tid) {
  char path[64], text[256] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
  FILE* file = fopen(path, "r");
  if (file == NULL) return 0;
  if (fgets(text, sizeof text, file) == NULL) text[0] = 0;
  fclose(file);
  return atoi(text) == SYS_futex && text[0] >= '0' && text[0] <= '9';
}

int main(void) {
  call_thread("changer");
  pthread_t waiter;
  pthread_create(&waiter, NULL, wait_for_change, NULL);
  while (!about_to_wait || !sleeps(waiter_tid)) sched_yield();
  state = 1;
  pthread_join(waiter, NULL);
  return 0;
}
