// A thread uses its own handle only after the creator has stored it: creation and storing are one step under the lock.
#include <pthread.h>

#include <cassert>
#include <cstdlib>

namespace {

struct Thread {
  pthread_t id;
  int priority;
};

Thread* handle = nullptr;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void* run(void*) {
  pthread_mutex_lock(&mutex);
  Thread* const mine = handle;
  pthread_mutex_unlock(&mutex);
  assert(mine != nullptr);
  mine->priority = 1;
  return nullptr;
}

}  // namespace

int main() {
  auto* const thread = static_cast<Thread*>(std::calloc(1, sizeof(Thread)));
  pthread_mutex_lock(&mutex);
  pthread_create(&thread->id, nullptr, run, nullptr);
  handle = thread;
  pthread_mutex_unlock(&mutex);
  pthread_join(thread->id, nullptr);
  std::free(thread);
}
