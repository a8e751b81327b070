// Missing producer: a promise that is kept and never fulfilled.
#include <future>

#include "corpus.h"

int main() {
  call_thread("getter");
  std::promise<int> promise;
  return promise.get_future().get();
}
