// Carries out programs of the model with real threads, mutexes, atomics, conditions and semaphores.
#include "harness/runtime/strategy/exhaust_programs.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace wedge::runtime {

using namespace model_program;

namespace {

// No local static: looking at its guard would be a point of the programs.
auto* const shared_board =
    static_cast<Board*>(mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

std::atomic<int> atomics[things];
pthread_mutex_t mutexes[things];
pthread_cond_t conditions[things];
sem_t semaphores[things];

void carry_out(const std::vector<Line>& lines, std::size_t task) {
  bool mine[things] = {};
  const auto see = [task](int value) { board().seen[task][board().seen_count[task]++] = value; };
  for (const Line& line : lines) {
    const int thing = line.thing;
    switch (line.act) {
      case Act::load:
        see(atomics[thing].load());
        break;
      case Act::store:
        atomics[thing].store(line.other);
        board().atomics[thing] = line.other;
        break;
      case Act::add: {
        const int before = atomics[thing].fetch_add(1);
        board().atomics[thing] = before + 1;
        see(before);
        break;
      }
      case Act::lock:
        pthread_mutex_lock(&mutexes[thing]);
        mine[thing] = true;
        break;
      case Act::try_lock: {
        const bool taken = pthread_mutex_trylock(&mutexes[thing]) == 0;
        mine[thing] = mine[thing] || taken;
        see(taken);
        break;
      }
      case Act::unlock:
        if (mine[thing]) pthread_mutex_unlock(&mutexes[thing]);
        mine[thing] = false;
        break;
      case Act::wait:
        pthread_cond_wait(&conditions[thing], &mutexes[line.other]);
        break;
      case Act::signal:
        pthread_cond_signal(&conditions[thing]);
        break;
      case Act::broadcast:
        pthread_cond_broadcast(&conditions[thing]);
        break;
      case Act::acquire:
        sem_wait(&semaphores[thing]);
        break;
      case Act::post:
        sem_post(&semaphores[thing]);
        break;
      default:
        std::abort();
    }
    ++board().at[task];
  }
}

template <typename Work>
void run_tasks(int count, Work work) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

Board& board() { return *shared_board; }

void run_program(const Program& program) {
  std::memset(&board(), 0, offsetof(Board, outcomes));
  for (int i = 0; i < things; ++i) {
    atomics[i] = 0;  // nobody else is there yet
    pthread_mutex_init(&mutexes[i], nullptr);
    pthread_cond_init(&conditions[i], nullptr);
    sem_init(&semaphores[i], 0, i == 1 ? 1 : 0);
  }
  const std::size_t main = program.size() - 1;
  std::thread threads[most_tasks];
  for (std::size_t i = 0; i < main; ++i) threads[i] = std::thread([&program, i] { carry_out(program[i], i); });
  for (std::size_t i = 0; i < main; ++i) {
    threads[i].join();
    ++board().at[main];
  }
}

void two_tasks_increment_eight_times() {
  std::atomic<int> counter{0};
  run_tasks(2, [&](int) {
    for (int i = 0; i < 8; ++i) counter.fetch_add(1);
  });
}

void three_tasks_lock_three_times() {
  std::mutex mutex;
  run_tasks(3, [&](int) {
    for (int i = 0; i < 3; ++i) std::lock_guard lock(mutex);
  });
}

void six_independent_tasks() {
  std::atomic<int> counters[6]{};
  run_tasks(6, [&](int i) {
    counters[i].fetch_add(1);
    counters[i].fetch_add(1);
  });
}

void one_write_nine_reads_by_one_task() {
  std::atomic<int> value{0};
  run_tasks(2, [&](int i) {
    if (i == 0) return value.store(1);
    for (int k = 0; k < 9; ++k) (void)value.load();
  });
}

void one_write_six_reads_by_six_tasks() {
  std::atomic<int> value{0};
  run_tasks(7, [&](int i) { i == 0 ? value.store(1) : (void)value.load(); });
}

}  // namespace wedge::runtime
