// Not hung: the holder of a mutex works in short steps and gives it up between them. No abandoned owner, no starvation.
#include "corpus.h"

static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;

static void* work_in_steps(void* unused) {
  call_thread("holder");
  announce();
  for (;;) {
    pthread_mutex_lock(&queue);
    nap(10);
    pthread_mutex_unlock(&queue);
  }
  return unused;
}

int main(void) {
  call_thread("waiter");
  pthread_t thread;
  pthread_create(&thread, NULL, work_in_steps, NULL);
  for (;;) {
    pthread_mutex_lock(&queue);
    pthread_mutex_unlock(&queue);
  }
}
