// Deadlock: two writers take two rwlocks in opposite order.
#include "corpus.h"

static pthread_rwlock_t users = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t groups = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t both_hold_one;

static void* rename_user(void* unused) {
  call_thread("left");
  pthread_rwlock_wrlock(&users);
  pthread_barrier_wait(&both_hold_one);
  pthread_rwlock_wrlock(&groups);
  return unused;
}

static void* rename_group(void* unused) {
  call_thread("right");
  pthread_rwlock_wrlock(&groups);
  pthread_barrier_wait(&both_hold_one);
  pthread_rwlock_wrlock(&users);
  return unused;
}

int main(void) {
  pthread_barrier_init(&both_hold_one, NULL, 2);
  pthread_t left, right;
  pthread_create(&left, NULL, rename_user, NULL);
  pthread_create(&right, NULL, rename_group, NULL);
  pthread_join(left, NULL);
  pthread_join(right, NULL);
  return 0;
}
