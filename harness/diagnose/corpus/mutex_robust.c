// Deadlock: robust mutexes in opposite order; robust against dead owners, not against living ones.
#include "corpus.h"

static pthread_mutex_t front;
static pthread_mutex_t back;
static pthread_barrier_t both_hold_one;

static void prepare(pthread_mutex_t* mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(mutex, &attributes);
}

static void* front_first(void* unused) {
  call_thread("left");
  pthread_mutex_lock(&front);
  pthread_barrier_wait(&both_hold_one);
  pthread_mutex_lock(&back);
  return unused;
}

static void* back_first(void* unused) {
  call_thread("right");
  pthread_mutex_lock(&back);
  pthread_barrier_wait(&both_hold_one);
  pthread_mutex_lock(&front);
  return unused;
}

int main(void) {
  prepare(&front);
  prepare(&back);
  pthread_barrier_init(&both_hold_one, NULL, 2);
  pthread_t left, right;
  pthread_create(&left, NULL, front_first, NULL);
  pthread_create(&right, NULL, back_first, NULL);
  pthread_join(left, NULL);
  pthread_join(right, NULL);
  return 0;
}
