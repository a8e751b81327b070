// One pass over /proc.
#include "harness/supervise/process_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wedge::supervise {
namespace {

// Returns false for a process that has gone meanwhile.
bool read_entry(pid_t pid, ProcessEntry& entry) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[1024];
  const ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  if (got <= 0) return false;
  text[got] = '\0';
  // The name is whatever the program chose, parentheses and spaces included.
  const char* after_name = std::strrchr(text, ')');
  unsigned long long user = 0;
  unsigned long long system = 0;
  unsigned long long start = 0;
  if (after_name == nullptr ||
      std::sscanf(after_name + 1, " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu",
                  &entry.state, &entry.parent, &entry.group, &user, &system, &start) != 6)
    return false;
  entry.pid = pid;
  entry.cpu_ticks = user + system;
  entry.start_time = start;
  return true;
}

std::vector<ProcessEntry> all_processes() {
  std::vector<ProcessEntry> all;
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return all;
  while (const dirent* item = readdir(folder)) {
    const pid_t pid = static_cast<pid_t>(std::strtol(item->d_name, nullptr, 10));
    ProcessEntry entry;
    if (pid > 0 && read_entry(pid, entry)) all.push_back(entry);
  }
  closedir(folder);
  return all;
}

}  // namespace

std::vector<ProcessEntry> process_entry(pid_t pid) {
  ProcessEntry entry;
  if (!read_entry(pid, entry)) return {};
  return {entry};
}

std::vector<ProcessEntry> tree_below(pid_t root) {
  std::unordered_map<pid_t, std::vector<ProcessEntry>> children;
  for (const ProcessEntry& entry : all_processes()) children[entry.parent].push_back(entry);
  std::vector<ProcessEntry> tree = process_entry(root);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const auto found = children.find(tree[i].pid);
    if (found == children.end()) continue;
    const std::vector<ProcessEntry> found_children = std::move(found->second);
    children.erase(found);  // a pid that was used again during the pass must not make a circle
    tree.insert(tree.end(), found_children.begin(), found_children.end());
  }
  if (root == getpid() && !tree.empty()) tree.erase(tree.begin());
  return tree;
}

bool send_signal(const ProcessEntry& process, int signal) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0));
  if (handle < 0) return false;
  ProcessEntry now;
  const bool same = read_entry(process.pid, now) && now.start_time == process.start_time;
  const bool sent = same && syscall(SYS_pidfd_send_signal, handle, signal, nullptr, 0) == 0;
  close(handle);
  return sent;
}

}  // namespace wedge::supervise
