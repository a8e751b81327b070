// Missing producer: a barrier for three at which only two arrive.
#include "corpus.h"

static pthread_barrier_t phase;

static void* take_part(void* unused) {
  call_thread("second");
  pthread_barrier_wait(&phase);
  return unused;
}

int main(void) {
  call_thread("first");
  pthread_barrier_init(&phase, NULL, 3);
  pthread_t second;
  pthread_create(&second, NULL, take_part, NULL);
  pthread_barrier_wait(&phase);
  return 0;
}
