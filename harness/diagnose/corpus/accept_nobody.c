// A server to which nobody connects: only the outside could, so little can be said.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "corpus.h"

int main(void) {
  call_thread("server");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 1) != 0) return 1;
  must_not_be_interrupted(accept(listener, NULL, NULL), "accept");
  return 0;
}
