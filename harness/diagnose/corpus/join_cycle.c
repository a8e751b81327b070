// Deadlock: three threads join each other in a ring. (Of two, glibc would notice.)
#include "corpus.h"

static pthread_t threads[3];
static pthread_barrier_t all_known;

static void* finish_after_next(void* place) {
  static const char* const names[3] = {"first", "second", "third"};
  const long own = (long)place;
  call_thread(names[own]);
  pthread_barrier_wait(&all_known);
  pthread_join(threads[(own + 1) % 3], NULL);
  return place;
}

int main(void) {
  pthread_barrier_init(&all_known, NULL, 4);
  for (long i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, finish_after_next, (void*)i);
  pthread_barrier_wait(&all_known);
  pthread_exit(NULL);
}
