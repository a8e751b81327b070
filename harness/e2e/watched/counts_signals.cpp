// Says which signals reach it and how often each has come in all: "started", then "signal 34 count 1"; SIGTERM or a
// hangup ends it.
#include <array>
#include <csignal>
#include <cstdio>

#include <unistd.h>

int main() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::printf("started %d\n", getpid());
  std::array<int, 65> counts{};
  for (;;) {
    siginfo_t information{};
    const int signal = sigwaitinfo(&all, &information);
    if (signal <= 0) continue;
    std::printf("signal %d count %d\n", signal, ++counts[static_cast<std::size_t>(signal)]);
    if (signal == SIGTERM || signal == SIGHUP) return 0;
  }
}
