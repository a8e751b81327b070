// Signal undeliverable: it was sent to one thread alone, which blocks it, and another one waits for it.
#include "corpus.h"

static sigset_t awaited;

static void* serve(void* unused) {
  call_thread("server");
  sigset_t others;
  sigfillset(&others);
  must_not_be_interrupted(sigsuspend(&others), "sigsuspend");
  return unused;
}

int main(void) {
  call_thread("waiter");
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &awaited, NULL);
  pthread_t server;
  pthread_create(&server, NULL, serve, NULL);
  pthread_kill(server, SIGUSR1);
  must_not_be_interrupted(sigwaitinfo(&awaited, NULL), "sigwaitinfo");
  return 0;
}
