// Abandoned owner: the holder of a mutex waits for a signal that nobody sends.
#include "corpus.h"

static pthread_mutex_t config = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t held;

static void* wait_for_reload(void* unused) {
  call_thread("holder");
  pthread_mutex_lock(&config);
  pthread_barrier_wait(&held);
  must_not_be_interrupted(pause(), "pause");
  return unused;
}

int main(void) {
  call_thread("waiter");
  pthread_barrier_init(&held, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, wait_for_reload, NULL);
  pthread_barrier_wait(&held);
  pthread_mutex_lock(&config);
  return 0;
}
