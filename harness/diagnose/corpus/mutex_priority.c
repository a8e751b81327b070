// Deadlock: main joins a thread that waits for the priority-inheriting mutex which main holds.
#include "corpus.h"

static pthread_mutex_t state;

static void* update(void* unused) {
  call_thread("worker");
  pthread_mutex_lock(&state);
  return unused;
}

int main(void) {
  call_thread("joiner");
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&state, &attributes);
  pthread_mutex_lock(&state);
  pthread_t worker;
  pthread_create(&worker, NULL, update, NULL);
  pthread_join(worker, NULL);
  return 0;
}
