// Unknown: a wait in a system call that no rule knows anything about.
#include <fcntl.h>
#include <mqueue.h>

#include "corpus.h"

int main(void) {
  call_thread("receiver");
  char name[64];
  snprintf(name, sizeof name, "/wedge-corpus-%d", getpid());
  struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
  const mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  mq_unlink(name);
  if (queue == (mqd_t)-1) return 1;
  char message[8];
  must_not_be_interrupted(mq_receive(queue, message, sizeof message, NULL), "mq_receive");
  return 0;
}
