// Finds descendants by the parents of all processes: the kernel's own list of children is an option of its build.
#include "harness/diagnose/process_tree.h"

#include <algorithm>
#include <map>
#include <set>

#include <unistd.h>

#include "harness/diagnose/proc_files.h"

namespace wedge::diagnose {

std::vector<std::int32_t> processes_of_tree(const std::vector<std::int32_t>& roots) {
  std::map<std::int32_t, std::vector<std::int32_t>> children;
  std::set<std::int32_t> alive;
  for (const std::int32_t pid : numbers_in("/proc").value_or(std::vector<std::int32_t>{})) {
    const auto stat = read_stat(process_path(pid));
    if (!stat) continue;
    alive.insert(pid);
    children[stat->parent].push_back(pid);
  }
  std::vector<std::int32_t> tree;
  // Whoever looks is not part of what is looked at, even below the root: as a command given to the shell that hangs.
  std::set<std::int32_t> seen{static_cast<std::int32_t>(getpid())};
  const auto add = [&](const auto& self, std::int32_t pid) -> void {
    if (!alive.contains(pid) || !seen.insert(pid).second) return;
    tree.push_back(pid);
    for (const std::int32_t child : children[pid]) self(self, child);
  };
  for (const std::int32_t root : roots) add(add, root);
  return tree;
}

}  // namespace wedge::diagnose
