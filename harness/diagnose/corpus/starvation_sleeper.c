// Starvation as an interpreter's lock gives it: the holder sleeps while it holds, and a waiter asks every 5 ms.
#include "corpus.h"

static pthread_mutex_t interpreter = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t held;

static void* sleep_in_extension(void* unused) {
  call_thread("holder");
  pthread_mutex_lock(&interpreter);
  pthread_barrier_wait(&held);
  sleep(1000);
  return unused;
}

static void ask_again_and_again(void) {
  for (;;) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_nsec += 5000000;
    if (limit.tv_nsec >= 1000000000) {
      limit.tv_nsec -= 1000000000;
      ++limit.tv_sec;
    }
    if (pthread_mutex_timedlock(&interpreter, &limit) == 0) return;
  }
}

int main(void) {
  call_thread("waiter");
  pthread_barrier_init(&held, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, sleep_in_extension, NULL);
  pthread_barrier_wait(&held);
  announce();
  ask_again_and_again();
  return 0;
}
