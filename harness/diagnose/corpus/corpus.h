// What the programs of the corpus share: names for their threads, an order that needs no sleeping, and an outcry when
// a blocking call is interrupted. For C and C++.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { interrupted_status = 99 };

// The test finds threads by these names; Linux cuts them at 15 characters.
static inline void call_thread(const char* name) { prctl(PR_SET_NAME, name); }

// A blocking call came back. If that was because something interrupted it, the dumper has disturbed its patient.
static inline void must_not_be_interrupted(long result, const char* call) {
  if (result >= 0 || errno != EINTR) return;
  dprintf(STDERR_FILENO, "%s returned EINTR\n", call);
  _exit(interrupted_status);
}

// A program that never stands still says when it has got to where it is to be looked at.
static inline void announce(void) {
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) _exit(1);
}

// Children end with their parent, so that nothing of the corpus outlives the test.
static inline pid_t fork_child(const char* name) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    call_thread(name);
  }
  return child;
}

static inline void nap(long milliseconds) {
  const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}
