// One thread that never leaves the processor and one that never gets onto it.

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile unsigned long turns;

__attribute__((noinline)) static void spin_for_ever(void) {
  for (;;) turns = turns + 1;
}

static void* spinner(void* unused) {
  (void)unused;
  pthread_setname_np(pthread_self(), "spinner");
  spin_for_ever();
  return 0;
}

int main(void) {
  pthread_t thread;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pthread_create(&thread, 0, spinner, 0);
  pthread_join(thread, 0);
}
