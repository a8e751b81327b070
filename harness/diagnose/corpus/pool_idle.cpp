// Missing producer, and no exhausted pool: the workers wait for work, and main for a promise that nobody fulfils.
#include "pool.h"

int main() {
  call_thread("main");
  Pool pool(2);
  pool.submit([] { return 1; }).get();
  std::promise<int> promise;
  return promise.get_future().get();
}
