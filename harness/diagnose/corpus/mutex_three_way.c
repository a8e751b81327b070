// Deadlock: three threads in a ring, each with one mutex and waiting for the next one's.
#include "corpus.h"

static pthread_mutex_t forks[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_barrier_t all_hold_one;

static void* dine(void* place) {
  static const char* const names[3] = {"first", "second", "third"};
  const long own = (long)place;
  call_thread(names[own]);
  pthread_mutex_lock(&forks[own]);
  pthread_barrier_wait(&all_hold_one);
  pthread_mutex_lock(&forks[(own + 1) % 3]);
  return place;
}

int main(void) {
  pthread_barrier_init(&all_hold_one, NULL, 3);
  pthread_t threads[3];
  for (long i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, dine, (void*)i);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  return 0;
}
