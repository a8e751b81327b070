// Pool exhausted: every worker waits for the result of a task that only a worker could run.
#include <barrier>

#include "pool.h"

namespace {

std::barrier both_run(2);

int parse_with_includes(Pool& pool) {
  both_run.arrive_and_wait();
  return pool.submit([] { return 1; }).get();
}

}  // namespace

int main() {
  call_thread("main");
  Pool pool(2);
  std::future<int> one = pool.submit([&] { return parse_with_includes(pool); });
  std::future<int> two = pool.submit([&] { return parse_with_includes(pool); });
  return one.get() + two.get();
}
