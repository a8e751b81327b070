// Signal undeliverable: the signal whose handler ends the wait has come, and is blocked.
#include "corpus.h"

static void handle(int signal) { (void)signal; }

int main(void) {
  call_thread("waiter");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGUSR1, handle);
  kill(getpid(), SIGUSR1);
  must_not_be_interrupted(pause(), "pause");
  return 0;
}
