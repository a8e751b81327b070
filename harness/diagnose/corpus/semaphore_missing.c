// Missing producer: a semaphore that nobody posts.
#include <semaphore.h>

#include "corpus.h"

static sem_t free_slots;

int main(void) {
  call_thread("taker");
  sem_init(&free_slots, 0, 0);
  must_not_be_interrupted(sem_wait(&free_slots), "sem_wait");
  return 0;
}
