// Waits for things that do not say who holds them; the holder has nothing but their addresses on its stack.
#include <csignal>
#include <memory>
#include <thread>

#include <pthread.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

struct Permit {
  explicit Permit(sem_t& semaphore) : semaphore_(semaphore) { sem_wait(&semaphore_); }
  ~Permit() { sem_post(&semaphore_); }
  sem_t& semaphore_;
};

__attribute__((noinline)) void hold(sem_t& semaphore) {
  pthread_setname_np(pthread_self(), "holder");
  const Permit permit(semaphore);
  // Keeps the guard where it can be seen.
  asm volatile("" : : "r"(&permit) : "memory");
  while (true) pause();
}

__attribute__((noinline)) void want(std::unique_ptr<sem_t> semaphore) {
  pthread_setname_np(pthread_self(), "waiter");
  sem_wait(semaphore.get());
  _exit(99);
}

std::thread holder;

// Leaves nothing of the semaphore on the stack of main.
__attribute__((noinline)) void start() {
  auto semaphore = std::make_unique<sem_t>();
  sem_init(semaphore.get(), 0, 1);
  holder = std::thread(hold, std::ref(*semaphore));
  int value = 1;
  while (sem_getvalue(semaphore.get(), &value), value == 1) std::this_thread::yield();
  std::thread(want, std::move(semaphore)).detach();
}

}  // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  start();
  holder.join();
}
