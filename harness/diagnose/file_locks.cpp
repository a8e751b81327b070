// Reads /proc/locks, where those who wait are listed under the lock that they wait for.
#include "harness/diagnose/file_locks.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace wedge::diagnose {

std::optional<std::int32_t> holder_of_file_lock(std::string_view locks, std::int32_t waiting_process,
                                                std::uint64_t inode) {
  int holder = 0;
  unsigned long long held_inode = 0;
  for (std::size_t start = 0; start < locks.size();) {
    const std::size_t end = std::min(locks.find('\n', start), locks.size());
    const std::string line(locks.substr(start, end - start));
    start = end + 1;
    int process = 0;
    unsigned long long node = 0;
    if (std::sscanf(line.c_str(), "%*d: -> %*s %*s %*s %d %*x:%*x:%llu", &process, &node) == 2) {
      if (process == waiting_process && node == inode && held_inode == inode && holder > 0) return holder;
    } else if (std::sscanf(line.c_str(), "%*d: %*s %*s %*s %d %*x:%*x:%llu", &process, &node) == 2) {
      holder = process;
      held_inode = node;
    }
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose
