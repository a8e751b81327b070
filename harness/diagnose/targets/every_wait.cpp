// Hangs in every way at once, one named thread for each, so that a capture can be held against what is known of it.
//
// A thread whose call ends, with EINTR or otherwise, tells so by the status with which the process ends: that must
// never happen. Compiled several times, because what an optimiser leaves on a stack decides what can be found there.
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define WEDGE_NOINLINE __attribute__((noinline))

namespace {

constexpr int status_of_an_ended_call = 99;

pthread_mutex_t normal_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t recursive_mutex, errorcheck_mutex, robust_mutex, inheriting_mutex;
pthread_mutex_t abandoned_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t written_lock = PTHREAD_RWLOCK_INITIALIZER;
pthread_rwlock_t read_lock = PTHREAD_RWLOCK_INITIALIZER;
std::mutex condition_mutex;
std::condition_variable never_signalled;
sem_t empty_semaphore;
std::atomic<int> never_changed{0};
std::promise<int> never_kept;
std::atomic<int> holders_ready{0};

[[noreturn]] void ended(const char* what) {
  std::fprintf(stderr, "%s ended: %s\n", what, std::strerror(errno));
  _exit(status_of_an_ended_call);
}

// Keeps calls from becoming jumps, which leave no frame.
void stay() { asm volatile("" ::: "memory"); }

WEDGE_NOINLINE void wait_mutex_normal() { pthread_mutex_lock(&normal_mutex), stay(); }
WEDGE_NOINLINE void wait_mutex_recursive() { pthread_mutex_lock(&recursive_mutex), stay(); }
WEDGE_NOINLINE void wait_mutex_errorcheck() { pthread_mutex_lock(&errorcheck_mutex), stay(); }
WEDGE_NOINLINE void wait_mutex_robust() { pthread_mutex_lock(&robust_mutex), stay(); }
WEDGE_NOINLINE void wait_mutex_inheriting() { pthread_mutex_lock(&inheriting_mutex), stay(); }
WEDGE_NOINLINE void wait_mutex_abandoned() { pthread_mutex_lock(&abandoned_mutex), stay(); }
WEDGE_NOINLINE void wait_rwlock_read() { pthread_rwlock_rdlock(&written_lock), stay(); }
WEDGE_NOINLINE void wait_rwlock_write() { pthread_rwlock_wrlock(&read_lock), stay(); }
WEDGE_NOINLINE void wait_condition() {
  std::unique_lock lock(condition_mutex);
  never_signalled.wait(lock);
  stay();
}
WEDGE_NOINLINE void wait_condition_timed() {
  std::unique_lock lock(condition_mutex);
  never_signalled.wait_for(lock, std::chrono::hours(2));
  stay();
}
WEDGE_NOINLINE void wait_semaphore() {
  if (sem_wait(&empty_semaphore) != 0) ended("sem_wait");
}
WEDGE_NOINLINE void wait_atomic() {
  never_changed.wait(0);
  stay();
}
WEDGE_NOINLINE void wait_future() {
  never_kept.get_future().wait();
  stay();
}
WEDGE_NOINLINE void wait_sleep() {
  if (sleep(7200) != 0) ended("sleep");
}
WEDGE_NOINLINE void wait_join() {
  std::thread joined([] {
    pthread_setname_np(pthread_self(), "joined");
    wait_atomic();
  });
  joined.join();
  stay();
}
WEDGE_NOINLINE void wait_pipe_read() {
  int ends[2];
  char byte = 0;
  if (pipe(ends) == 0 && read(ends[0], &byte, 1) != 1) ended("read");
}
WEDGE_NOINLINE void wait_pipe_write() {
  int ends[2];
  static char bytes[4096];
  if (pipe(ends) != 0) return;
  while (write(ends[1], bytes, sizeof bytes) > 0) stay();
  ended("write");
}
WEDGE_NOINLINE void wait_socket_receive() {
  int ends[2];
  char byte = 0;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) recv(ends[0], &byte, 1, 0), ended("recv");
}
WEDGE_NOINLINE void wait_socket_receive_timed() {
  int ends[2];
  char byte = 0;
  const timeval limit{7200, 0};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return;
  setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  recv(ends[0], &byte, 1, 0);
  ended("recv with a time limit");
}
int listening_socket() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
  listen(listener, 1);
  return listener;
}
WEDGE_NOINLINE void wait_accept() {
  accept(listening_socket(), nullptr, nullptr);
  ended("accept");
}
WEDGE_NOINLINE void wait_tcp_read() {
  const int listener = listening_socket();
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  char byte = 0;
  if (connect(client, reinterpret_cast<sockaddr*>(&address), size) != 0) ended("connect");
  accept(listener, nullptr, nullptr);
  read(client, &byte, 1);
  ended("read of a connection");
}
WEDGE_NOINLINE void wait_poll() {
  int ends[2];
  if (pipe(ends) != 0) return;
  pollfd members[] = {{ends[0], POLLIN, 0}, {eventfd(0, 0), POLLIN, 0}};
  poll(members, 2, -1);
  ended("poll");
}
WEDGE_NOINLINE void wait_select() {
  int ends[2];
  if (pipe(ends) != 0) return;
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(ends[0], &readers);
  select(ends[0] + 1, &readers, nullptr, nullptr, nullptr);
  ended("select");
}
int epoll_with_a_quiet_member() {
  const int set = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, eventfd(0, 0), &event);
  return set;
}
WEDGE_NOINLINE void wait_epoll() {
  epoll_event event{};
  epoll_wait(epoll_with_a_quiet_member(), &event, 1, -1);
  ended("epoll_wait");
}
WEDGE_NOINLINE void wait_epoll_timed() {
  epoll_event event{};
  epoll_wait(epoll_with_a_quiet_member(), &event, 1, 7200000);
  ended("epoll_wait with a time limit");
}
WEDGE_NOINLINE void wait_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  siginfo_t info;
  sigwaitinfo(&signals, &info);
  ended("sigwaitinfo");
}
WEDGE_NOINLINE void wait_file_lock() {
  char name[] = "/tmp/wedge-every-wait-XXXXXX";
  const int holder = mkstemp(name);
  const int waiter = open(name, O_RDWR | O_CLOEXEC);
  unlink(name);
  flock(holder, LOCK_EX);
  flock(waiter, LOCK_EX);
  ended("flock");
}
WEDGE_NOINLINE void wait_child() {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_setname_np(pthread_self(), "child");
    pause();
    _exit(status_of_an_ended_call);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ended("waitpid");
}
WEDGE_NOINLINE void wait_eventfd() {
  std::uint64_t count = 0;
  read(eventfd(0, 0), &count, sizeof count);
  ended("read of an eventfd");
}
WEDGE_NOINLINE void hold_locks() {
  pthread_mutex_lock(&normal_mutex);
  pthread_mutex_lock(&recursive_mutex);
  pthread_mutex_lock(&errorcheck_mutex);
  pthread_mutex_lock(&robust_mutex);
  pthread_mutex_lock(&inheriting_mutex);
  pthread_rwlock_wrlock(&written_lock);
  pthread_rwlock_rdlock(&read_lock);
  holders_ready = 1;
  wait_atomic();
}
WEDGE_NOINLINE void hold_and_end() {
  pthread_mutex_lock(&abandoned_mutex);
  stay();
}

pthread_mutex_t* initialise(pthread_mutex_t* mutex, int type, bool robust, bool inherit) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (inherit) pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(mutex, &attributes);
  return mutex;
}

struct Role {
  const char* name;
  void (*run)();
};
constexpr Role roles[] = {
    {"mutex", wait_mutex_normal},
    {"recursive", wait_mutex_recursive},
    {"errorcheck", wait_mutex_errorcheck},
    {"robust", wait_mutex_robust},
    {"inheriting", wait_mutex_inheriting},
    {"abandoned", wait_mutex_abandoned},
    {"rwlock_read", wait_rwlock_read},
    {"rwlock_write", wait_rwlock_write},
    {"condition", wait_condition},
    {"condition_time", wait_condition_timed},
    {"semaphore", wait_semaphore},
    {"atomic", wait_atomic},
    {"future", wait_future},
    {"sleep", wait_sleep},
    {"join", wait_join},
    {"pipe_read", wait_pipe_read},
    {"pipe_write", wait_pipe_write},
    {"receive", wait_socket_receive},
    {"receive_time", wait_socket_receive_timed},
    {"accept", wait_accept},
    {"tcp_read", wait_tcp_read},
    {"poll", wait_poll},
    {"select", wait_select},
    {"epoll", wait_epoll},
    {"epoll_time", wait_epoll_timed},
    {"signal", wait_signal},
    {"file_lock", wait_file_lock},
    {"child_wait", wait_child},
    {"eventfd", wait_eventfd},
};

}  // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  initialise(&recursive_mutex, PTHREAD_MUTEX_RECURSIVE, false, false);
  initialise(&errorcheck_mutex, PTHREAD_MUTEX_ERRORCHECK, false, false);
  initialise(&robust_mutex, PTHREAD_MUTEX_NORMAL, true, false);
  initialise(&inheriting_mutex, PTHREAD_MUTEX_NORMAL, false, true);
  sem_init(&empty_semaphore, 0, 0);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::thread(hold_and_end).join();
  std::vector<std::thread> threads;
  threads.emplace_back([] {
    pthread_setname_np(pthread_self(), "holder");
    hold_locks();
  });
  while (holders_ready == 0) std::this_thread::yield();
  for (const Role& role : roles)
    threads.emplace_back([&role] {
      pthread_setname_np(pthread_self(), role.name);
      role.run();
      stay();
    });
  for (std::thread& thread : threads) thread.join();
}
