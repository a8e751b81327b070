// Hangs in the way that its argument names: for a wakeup that was lost, or for what nobody ever produces.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::mutex mutex;
std::condition_variable wakeup;
std::atomic<bool> there{false};

// The lost one: the flag is set and the notification sent between the waiter's look and its wait.
void wait_on_condition(bool lost) {
  std::atomic<bool> has_looked{false};
  std::atomic<bool> has_notified{false};
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    while (!there) {
      has_looked = true;
      while (!has_notified) std::this_thread::yield();
      wakeup.wait(lock);
    }
  });
  while (!has_looked) std::this_thread::yield();
  there = lost;
  wakeup.notify_one();
  has_notified = true;
  waiter.join();
}

// One that takes what it is woken for, and then waits for more in the very same place.
void wait_for_items() {
  std::deque<int> items;
  std::atomic<bool> is_about_to_wait{false};
  std::atomic<bool> has_notified{false};
  std::atomic<int> taken{0};
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      while (items.empty()) {
        is_about_to_wait = true;
        while (!has_notified) std::this_thread::yield();
        wakeup.wait(lock);
      }
      items.pop_front();
      if (write(STDOUT_FILENO, "item taken\n", 11) != 11) return;
      taken = 1;
      taken.notify_all();
    }
  });
  while (!is_about_to_wait) std::this_thread::yield();
  items.push_back(1);  // the bug: without the lock
  wakeup.notify_one();
  has_notified = true;
  taken.wait(0);
  waiter.join();
}

// The lost one: somebody else has read the count that announces the item. As every good loop, this one takes EINTR for
// a reason to look again.
void wait_in_loop(bool lost) {
  const int bell = eventfd(0, EFD_CLOEXEC);
  const int set = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, bell, &event);
  std::uint64_t count = 1;
  there = lost;
  if (lost && (write(bell, &count, sizeof count) != sizeof count || read(bell, &count, sizeof count) != sizeof count))
    return;
  do epoll_wait(set, &event, 1, -1);
  while (!there);
}

void read_what_it_could_write() {
  int ends[2];
  char byte = 0;
  if (pipe(ends) != 0) return;
  while (read(ends[0], &byte, 1) > 0) {
  }
}

void fill_a_pipe_that_nobody_empties() {
  int ends[2];
  if (pipe(ends) != 0) return;
  const pid_t child = fork();
  if (child == 0) {
    const std::vector<char> much(200000, 'x');
    const ssize_t written = write(ends[1], much.data(), much.size());
    _exit(written == static_cast<ssize_t>(much.size()) ? 0 : 1);
  }
  waitpid(child, nullptr, 0);
}

void wait_for_each_other() {
  std::mutex left;
  std::mutex right;
  std::atomic<int> held{0};
  const auto lock_both = [&held](std::mutex& first, std::mutex& second) {
    const std::scoped_lock one(first);
    for (++held; held < 2;) std::this_thread::yield();
    const std::scoped_lock two(second);
  };
  std::thread other(lock_both, std::ref(left), std::ref(right));
  lock_both(right, left);
  other.join();
}

// Moves, but does nothing that anybody sees.
void sleep_often() {
  for (int i = 0; i < 40; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "condition-lost") wait_on_condition(true);
  if (mode == "condition-missing") wait_on_condition(false);
  if (mode == "items-lost") wait_for_items();
  if (mode == "loop-lost") wait_in_loop(true);
  if (mode == "loop-missing") wait_in_loop(false);
  if (mode == "own-end") read_what_it_could_write();
  if (mode == "full-pipe") fill_a_pipe_that_nobody_empties();
  if (mode == "deadlock") wait_for_each_other();
  if (mode == "sleep-often") sleep_often();
  if (mode == "ignore-everything") {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    for (;;) pause();
  }
  return 0;
}
