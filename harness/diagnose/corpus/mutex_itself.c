// Deadlock of one: a function that holds a mutex calls one that takes it.
#include "corpus.h"

static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void evict(void) {
  pthread_mutex_lock(&cache);
  pthread_mutex_unlock(&cache);
}

int main(void) {
  call_thread("only");
  pthread_mutex_lock(&cache);
  evict();
  pthread_mutex_unlock(&cache);
  return 0;
}
