// Deadlock across processes: parent and child each wait for the other to speak first.
#include <sys/socket.h>

#include "corpus.h"

__attribute__((noinline)) static void await_greeting(int socket) {
  char greeting[16];
  must_not_be_interrupted(recv(socket, greeting, sizeof greeting, 0), "recv");
}

int main(void) {
  call_thread("parent");
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  if (fork_child("child") == 0) {
    close(ends[0]);
    await_greeting(ends[1]);
    return 0;
  }
  close(ends[1]);
  await_greeting(ends[0]);
  return 0;
}
