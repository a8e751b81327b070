// Busy livelock: the peer has closed its end, and the loop takes the end of the stream for an empty message.
#include <sys/socket.h>

#include "corpus.h"

__attribute__((noinline)) static void receive_for_ever(int socket) {
  char message[16];
  while (recv(socket, message, sizeof message, 0) >= 0) continue;
}

int main(void) {
  call_thread("spinner");
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  close(ends[1]);
  announce();
  receive_for_ever(ends[0]);
  return 0;
}
