// Two tasks take units of two semaphores, both in the order a, b: no cycle of units can form.
#include <pthread.h>
#include <semaphore.h>

namespace {

sem_t a;
sem_t b;

// No cycle within one semaphore either: of the two tasks only one ever waits for a second unit of it.
void take(sem_t& semaphore, int units) {
  for (int i = 0; i < units; ++i) sem_wait(&semaphore);
}

void give_back(sem_t& semaphore, int units) {
  for (int i = 0; i < units; ++i) sem_post(&semaphore);
}

void* one_and_two(void*) {
  take(a, 1);
  take(b, 2);
  give_back(b, 2);
  give_back(a, 1);
  return nullptr;
}

void* two_and_one(void*) {
  take(a, 2);
  take(b, 1);
  give_back(b, 1);
  give_back(a, 2);
  return nullptr;
}

}  // namespace

int main() {
  sem_init(&a, 0, 2);
  sem_init(&b, 0, 2);
  pthread_t first;
  pthread_t second;
  pthread_create(&first, nullptr, one_and_two, nullptr);
  pthread_create(&second, nullptr, two_and_one, nullptr);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
}
