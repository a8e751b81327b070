// Not hung, however long it takes: a sleep ends by itself.
#include "corpus.h"

int main(void) {
  call_thread("sleeper");
  sleep(1000);
  return 0;
}
