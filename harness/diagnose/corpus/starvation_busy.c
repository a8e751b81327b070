// Starvation: the holder of a mutex calculates for hours while it holds it.
#include <stdint.h>

#include "corpus.h"

static pthread_mutex_t results = PTHREAD_MUTEX_INITIALIZER;
static volatile uint64_t sum;

__attribute__((noinline)) static void calculate(void) {
  for (uint64_t i = 1; i != 0; ++i) sum += i * i;
}

static void* hold_and_calculate(void* unused) {
  call_thread("holder");
  pthread_mutex_lock(&results);
  announce();
  calculate();
  return unused;
}

int main(void) {
  call_thread("waiter");
  pthread_t thread;
  pthread_create(&thread, NULL, hold_and_calculate, NULL);
  // Until the holder has it: trying and giving it back changes nothing for a thread that only wants it once.
  while (pthread_mutex_trylock(&results) == 0) {
    pthread_mutex_unlock(&results);
    sched_yield();
  }
  pthread_mutex_lock(&results);
  return 0;
}
