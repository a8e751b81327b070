// Abandoned owner: a thread has ended without unlocking its mutex.
#include "corpus.h"

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

static void* forget_to_unlock(void* unused) {
  pthread_mutex_lock(&log_mutex);
  return unused;
}

int main(void) {
  call_thread("waiter");
  pthread_t thread;
  pthread_create(&thread, NULL, forget_to_unlock, NULL);
  pthread_join(thread, NULL);
  pthread_mutex_lock(&log_mutex);
  return 0;
}
