// No undeliverable signal: a thread waits for one that has not been sent.
#include "corpus.h"

int main(void) {
  call_thread("waiter");
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGUSR1);
  sigprocmask(SIG_BLOCK, &awaited, NULL);
  must_not_be_interrupted(sigwaitinfo(&awaited, NULL), "sigwaitinfo");
  return 0;
}
