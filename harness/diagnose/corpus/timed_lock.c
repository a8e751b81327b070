// Not a deadlock: the same opposite order, but one of the two waits has a time limit and will end the circle.
#include "corpus.h"

static pthread_mutex_t front = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t back = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both_hold_one;

static void* patient(void* unused) {
  call_thread("patient");
  pthread_mutex_lock(&front);
  pthread_barrier_wait(&both_hold_one);
  pthread_mutex_lock(&back);
  return unused;
}

static void* impatient(void* unused) {
  call_thread("impatient");
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += 1000;
  pthread_mutex_lock(&back);
  pthread_barrier_wait(&both_hold_one);
  pthread_mutex_timedlock(&front, &limit);
  return unused;
}

int main(void) {
  pthread_barrier_init(&both_hold_one, NULL, 2);
  pthread_t left, right;
  pthread_create(&left, NULL, patient, NULL);
  pthread_create(&right, NULL, impatient, NULL);
  pthread_join(left, NULL);
  return 0;
}
