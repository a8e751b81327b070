// A reader of a writer-preferring rwlock calls the inner function under the lock it already has, not under a second
// one.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>

namespace {

pthread_rwlock_t lock;
int value = 0;

int inner_locked() { return value; }

void* read(void*) {
  pthread_rwlock_rdlock(&lock);
  const int sum = value + inner_locked();
  pthread_rwlock_unlock(&lock);
  return reinterpret_cast<void*>(static_cast<long>(sum));
}

void* write(void*) {
  pthread_rwlock_wrlock(&lock);
  ++value;
  pthread_rwlock_unlock(&lock);
  return nullptr;
}

}  // namespace

int main() {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&lock, &attributes);
  pthread_t reader;
  pthread_t writer;
  pthread_create(&reader, nullptr, read, nullptr);
  pthread_create(&writer, nullptr, write, nullptr);
  pthread_join(reader, nullptr);
  pthread_join(writer, nullptr);
}
