// A client waits in connect because the server's queue is full and the server accepts nothing.
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "corpus.h"

int main(void) {
  call_thread("client");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  // Abstract: the first byte of the name is zero, and no file is left behind.
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "wedge-corpus-%d", getpid());
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 0) != 0) return 1;
  for (;;) {
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    must_not_be_interrupted(connect(client, (struct sockaddr*)&address, sizeof address), "connect");
  }
}
