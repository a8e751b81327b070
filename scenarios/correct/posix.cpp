// The calls of POSIX that synchronise order plain data as well: must pass under every schedule.
#include <pthread.h>
#include <semaphore.h>
#include <array>
#include <cassert>
#include <functional>

#include <wedge/scenario.h>

namespace {

constexpr int answer = 42;

// Threads as POSIX has them, so that nothing of the C++ library's start and join is involved.
class Thread {
 public:
  explicit Thread(std::function<void()> work) : work_(std::move(work)) {
    pthread_create(
        &thread_, nullptr,
        [](void* self) -> void* {
          static_cast<Thread*>(self)->work_();
          return self;
        },
        this);
  }
  ~Thread() {
    void* result = nullptr;
    pthread_join(thread_, &result);
    assert(result == this);
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  std::function<void()> work_;
  pthread_t thread_{};
};

void spin_lock() {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int count = 0;
  const auto add = [&] {
    pthread_spin_lock(&lock);
    ++count;
    pthread_spin_unlock(&lock);
  };
  {
    const Thread other(add);
    add();
  }
  assert(count == 2);
  pthread_spin_destroy(&lock);
}

void rwlock() {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  int value = 0;
  {
    const Thread writer([&] {
      pthread_rwlock_wrlock(&lock);
      ++value;
      pthread_rwlock_unlock(&lock);
    });
    pthread_rwlock_rdlock(&lock);
    assert(value <= 1);
    pthread_rwlock_unlock(&lock);
  }
  assert(value == 1);
  pthread_rwlock_destroy(&lock);
}

void condition() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  int value = 0;
  {
    const Thread giver([&] {
      pthread_mutex_lock(&mutex);
      value = answer;
      pthread_mutex_unlock(&mutex);
      pthread_cond_broadcast(&changed);
    });
    pthread_mutex_lock(&mutex);
    while (value == 0) pthread_cond_wait(&changed, &mutex);
    assert(value == answer);
    pthread_mutex_unlock(&mutex);
  }
  pthread_cond_destroy(&changed);
  pthread_mutex_destroy(&mutex);
}

void barrier() {
  std::array<int, 2> places{};
  pthread_barrier_t meet;
  pthread_barrier_init(&meet, nullptr, 2);
  const auto work = [&](std::size_t mine) {
    places.at(mine) = answer;
    pthread_barrier_wait(&meet);
    assert(places.at(1 - mine) == answer);
  };
  {
    const Thread other([&] { work(1); });
    work(0);
  }
  pthread_barrier_destroy(&meet);
}

void semaphore() {
  sem_t there;
  sem_init(&there, 0, 0);
  int beside = 0;
  {
    const Thread giver([&] {
      beside = answer;
      sem_post(&there);
    });
    sem_wait(&there);
    assert(beside == answer);
  }
  sem_destroy(&there);
}

void semaphore_that_is_tried() {
  sem_t there;
  sem_init(&there, 0, 0);
  int beside = 0;
  {
    const Thread giver([&] {
      beside = answer;
      sem_post(&there);
    });
    if (sem_trywait(&there) == 0) assert(beside == answer);
  }
  sem_destroy(&there);
}

void robust_mutex_of_the_dead() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  int value = 0;
  {
    const Thread dies([&] {
      pthread_mutex_lock(&mutex);
      value = answer;  // and ends without unlocking
    });
  }
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD && value == answer);
  pthread_mutex_consistent(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
  pthread_mutexattr_destroy(&attributes);
}

// The destructor of the key runs in the task that ends, before whoever joins it goes on.
void key_with_destructor() {
  pthread_key_t key;
  pthread_key_create(&key, [](void* value) { ++*static_cast<int*>(value); });
  int destroyed = 0;
  {
    const Thread sets([&] { pthread_setspecific(key, &destroyed); });
  }
  assert(destroyed == 1);
  pthread_key_delete(key);
}

const wedge::Scenario scenario{
    .id = "correct/posix",
    .title = "plain data behind the locks, conditions and semaphores of POSIX",
    .source = "",
    .variants =
        {
            {"spin-lock", spin_lock, wedge::expect(wedge::Outcome::pass)},
            {"rwlock", rwlock, wedge::expect(wedge::Outcome::pass)},
            {"condition", condition, wedge::expect(wedge::Outcome::pass)},
            {"barrier", barrier, wedge::expect(wedge::Outcome::pass)},
            {"semaphore", semaphore, wedge::expect(wedge::Outcome::pass)},
            {"semaphore-that-is-tried", semaphore_that_is_tried, wedge::expect(wedge::Outcome::pass)},
            {"robust-mutex-of-the-dead", robust_mutex_of_the_dead, wedge::expect(wedge::Outcome::pass)},
            {"key-with-destructor", key_with_destructor, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
