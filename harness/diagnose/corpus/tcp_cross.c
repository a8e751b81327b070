// Deadlock across processes over TCP on the loopback: each side reads before it writes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "corpus.h"

int main(void) {
  call_thread("server");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 1) != 0) return 1;
  getsockname(listener, (struct sockaddr*)&address, &size);
  char byte;
  if (fork_child("client") == 0) {
    close(listener);
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr*)&address, size) != 0) return 1;
    must_not_be_interrupted(read(connection, &byte, 1), "read");
    return 0;
  }
  const int connection = accept(listener, NULL, NULL);
  close(listener);
  must_not_be_interrupted(read(connection, &byte, 1), "read");
  return 0;
}
