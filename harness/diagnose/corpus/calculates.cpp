// Not hung: it calculates, in one function, without output and for a long time. No busy livelock.
#include <cstdint>

#include "corpus.h"

namespace {

[[gnu::noinline]] std::uint64_t longest_chain() {
  std::uint64_t longest = 0;
  for (std::uint64_t start = 1; start != 0; ++start) {
    std::uint64_t length = 0;
    for (std::uint64_t number = start; number != 1; ++length) number = number % 2 == 0 ? number / 2 : 3 * number + 1;
    if (length > longest) longest = length;
  }
  return longest;
}

}  // namespace

int main() {
  call_thread("calculator");
  announce();
  return static_cast<int>(longest_chain());
}
