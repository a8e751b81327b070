// Every relation to SIGINT that a process can have, by its argument.
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int wakeup_end = -1;

void on_interrupt(int) {
  if (write(wakeup_end, "", 1) < 0) return;
}

void block() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
}

void unblock() {
  sigset_t signals;
  sigemptyset(&signals);
  sigprocmask(SIG_SETMASK, &signals, nullptr);
}

// A loop that a handler wakes by a byte, as event loops of many languages do.
void run_loop(bool watched, bool full) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) return;
  wakeup_end = ends[1];
  std::signal(SIGINT, on_interrupt);
  static char bytes[4096];
  while (full && write(wakeup_end, bytes, sizeof bytes) > 0) continue;
  const int set = epoll_create1(0);
  epoll_event event{};
  event.events = full ? EPOLLPRI : EPOLLIN;
  event.data.fd = ends[0];
  if (watched) epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
  epoll_wait(set, &event, 1, -1);
  _exit(99);
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string_view state = argc > 1 ? argv[1] : "";
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGQUIT, SIG_DFL);
  unblock();
  if (state == "ignored") std::signal(SIGINT, SIG_IGN);
  if (state == "background") std::signal(SIGINT, SIG_IGN), std::signal(SIGQUIT, SIG_IGN);
  if (state == "blocked" || state == "signalfd") block();
  if (state == "signalfd") {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    signalfd(-1, &signals, 0);
  }
  if (state == "handler") std::signal(SIGINT, on_interrupt);
  if (state == "watched") run_loop(true, false);
  if (state == "unwatched") run_loop(false, false);
  if (state == "full") run_loop(true, true);
  while (true) pause();
}
