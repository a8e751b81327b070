// Calls that POSIX leaves undefined, one for each value of MISUSE in the environment; with CORRECT the same done right.
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <thread>

#include <pthread.h>
#include <semaphore.h>

namespace {

bool is_correct() { return std::getenv("CORRECT") != nullptr; }

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t other_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
pthread_barrier_t barrier;
pthread_spinlock_t spin;
sem_t semaphore;
bool ready = false;

void lock_destroyed_mutex() {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
  if (is_correct()) pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

// The same place holds another mutex later on: that is no use of the one that was destroyed.
void destroy_twice() {
  alignas(pthread_mutex_t) unsigned char place[sizeof(pthread_mutex_t)];
  for (int i = 0; i < 2; ++i) {
    auto* const made = new (place) pthread_mutex_t(PTHREAD_MUTEX_INITIALIZER);
    pthread_mutex_lock(made);
    pthread_mutex_unlock(made);
    pthread_mutex_destroy(made);
    if (!is_correct()) pthread_mutex_destroy(made);
  }
}

void unlock_free_mutex() {
  if (is_correct()) pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

void unlock_mutex_of_others() {
  pthread_mutex_lock(&mutex);
  std::thread([] {
    if (is_correct()) return;
    pthread_mutex_unlock(&mutex);
  }).join();
  pthread_mutex_unlock(&mutex);
}

void destroy_locked_mutex() {
  pthread_mutex_lock(&mutex);
  if (is_correct()) pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
}

void initialise_mutex_in_use() {
  pthread_mutex_lock(&mutex);
  std::thread second([] {
    if (is_correct()) {
      pthread_mutex_lock(&mutex);
      pthread_mutex_unlock(&mutex);
      pthread_mutex_destroy(&mutex);
    }
    pthread_mutex_init(&mutex, nullptr);
  });
  if (is_correct()) pthread_mutex_unlock(&mutex);
  second.join();
}

void wait_until_ready() {
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
}

void make_ready() {
  pthread_mutex_lock(&mutex);
  ready = true;
  pthread_cond_broadcast(&condition);
  pthread_mutex_unlock(&mutex);
}

void destroy_condition_waited_for() {
  std::thread waiter(wait_until_ready);
  if (is_correct()) {
    make_ready();
    waiter.join();
  }
  pthread_cond_destroy(&condition);
  if (!is_correct()) waiter.detach();
}

void wait_without_mutex() {
  std::thread waker(make_ready);
  if (is_correct()) pthread_mutex_lock(&mutex);
  if (!is_correct()) pthread_cond_wait(&condition, &mutex);
  while (!ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  waker.join();
}

void wait_with_other_mutex() {
  std::thread waiter(wait_until_ready);
  pthread_mutex_t* const mine = is_correct() ? &mutex : &other_mutex;
  std::thread second([mine] {
    pthread_mutex_lock(mine);
    if (!ready) pthread_cond_wait(&condition, mine);
    pthread_mutex_unlock(mine);
  });
  make_ready();
  if (!is_correct()) second.detach();
  waiter.join();
  if (is_correct()) second.join();
}

void unlock_rwlock_not_held() {
  pthread_rwlock_rdlock(&rwlock);
  std::thread([] {
    if (is_correct()) pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
  }).join();
  pthread_rwlock_unlock(&rwlock);
}

void use_destroyed_rwlock() {
  if (!is_correct()) pthread_rwlock_destroy(&rwlock);
  pthread_rwlock_wrlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
  if (is_correct()) pthread_rwlock_destroy(&rwlock);
}

void destroy_barrier_waited_for() {
  pthread_barrier_init(&barrier, nullptr, 2);
  std::thread waiter([] { pthread_barrier_wait(&barrier); });
  if (is_correct()) {
    pthread_barrier_wait(&barrier);
    waiter.join();
  } else {
    waiter.detach();
  }
  pthread_barrier_destroy(&barrier);
}

void destroy_semaphore_waited_for() {
  sem_init(&semaphore, 0, 0);
  std::thread waiter([] { sem_wait(&semaphore); });
  if (is_correct()) {
    sem_post(&semaphore);
    waiter.join();
  } else {
    waiter.detach();
  }
  sem_destroy(&semaphore);
}

void use_destroyed_semaphore() {
  for (int i = 0; i < 2; ++i) {
    if (i == 0 || is_correct()) sem_init(&semaphore, 0, 1);
    sem_wait(&semaphore);
    sem_post(&semaphore);
    sem_destroy(&semaphore);
  }
}

void use_destroyed_spin() {
  for (int i = 0; i < 2; ++i) {
    if (i == 0 || is_correct()) pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
    pthread_spin_unlock(&spin);
    pthread_spin_destroy(&spin);
  }
}

void join_twice() {
  pthread_t thread{};
  pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  pthread_join(thread, nullptr);
  if (!is_correct()) pthread_join(thread, nullptr);
}

// All of it is right: what the checks must not take for something else.
void everything_in_order() {
  std::shared_mutex shared;
  std::thread readers[10];
  for (std::thread& reader : readers)
    reader = std::thread([&] {
      const std::shared_lock lock(shared);
      std::this_thread::yield();
    });
  for (std::thread& reader : readers) reader.join();
}

struct Misuse {
  const char* name;
  void (*commit)();
};

constexpr Misuse misuses[] = {
    {"lock_destroyed_mutex", lock_destroyed_mutex},
    {"destroy_twice", destroy_twice},
    {"unlock_free_mutex", unlock_free_mutex},
    {"unlock_mutex_of_others", unlock_mutex_of_others},
    {"destroy_locked_mutex", destroy_locked_mutex},
    {"initialise_mutex_in_use", initialise_mutex_in_use},
    {"destroy_condition_waited_for", destroy_condition_waited_for},
    {"wait_without_mutex", wait_without_mutex},
    {"wait_with_other_mutex", wait_with_other_mutex},
    {"unlock_rwlock_not_held", unlock_rwlock_not_held},
    {"use_destroyed_rwlock", use_destroyed_rwlock},
    {"destroy_barrier_waited_for", destroy_barrier_waited_for},
    {"destroy_semaphore_waited_for", destroy_semaphore_waited_for},
    {"use_destroyed_semaphore", use_destroyed_semaphore},
    {"use_destroyed_spin", use_destroyed_spin},
    {"join_twice", join_twice},
    {"everything_in_order", everything_in_order},
};

}  // namespace

int main() {
  const char* const wanted = std::getenv("MISUSE");
  for (const Misuse& misuse : misuses)
    if (wanted != nullptr && std::strcmp(misuse.name, wanted) == 0) {
      misuse.commit();
      return 0;
    }
  return 2;
}
