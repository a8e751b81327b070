// Sums of counters from /proc.
#include "harness/supervise/progress_meter.h"

#include <climits>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <dirent.h>
#include <unistd.h>

namespace wedge::supervise {
namespace {

// The sum of the numbers on those lines that begin with one of `names`.
std::uint64_t sum_of(const std::string& path, std::initializer_list<std::string_view> names) {
  std::ifstream file(path);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(file, line);)
    for (const std::string_view name : names)
      if (line.starts_with(name)) sum += std::strtoull(line.c_str() + name.size(), nullptr, 10);
  return sum;
}

// The Java virtual machine has threads that wake many times a second for as long as it lives.
bool runtime_wakes_by_itself(pid_t pid) {
  char target[PATH_MAX];
  const ssize_t length = readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), target, sizeof target);
  return length > 0 && std::string_view(target, static_cast<std::size_t>(length)).ends_with("/java");
}

}  // namespace

ProgressMeter::Counters ProgressMeter::read(const ProcessEntry& process) {
  const std::string folder = "/proc/" + std::to_string(process.pid);
  Counters counters;
  counters.cpu_ticks = process.cpu_ticks;
  counters.bytes = sum_of(folder + "/io", {"rchar:", "wchar:", "syscr:", "syscw:"});
  counters.wakes_by_itself = runtime_wakes_by_itself(process.pid);
  DIR* tasks = opendir((folder + "/task").c_str());
  while (tasks != nullptr) {
    const dirent* item = readdir(tasks);
    if (item == nullptr) break;
    if (item->d_name[0] == '.') continue;
    ++counters.threads;
    counters.switches += sum_of(folder + "/task/" + item->d_name + "/status",
                                {"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"});
  }
  if (tasks != nullptr) closedir(tasks);
  return counters;
}

bool ProgressMeter::has_moved(const Counters& before, const Counters& now) {
  if (!now.wakes_by_itself) return before != now;
  constexpr std::uint64_t worth_mentioning = 3;  // clock ticks between two looks
  return now.bytes != before.bytes || now.cpu_ticks - before.cpu_ticks > worth_mentioning;
}

bool ProgressMeter::look(const std::vector<ProcessEntry>& members) {
  std::map<Process, Counters> now;
  bool moved = first_;
  for (const ProcessEntry& member : members) {
    if (member.ended()) continue;
    const Process process{member.pid, member.start_time};
    const Counters counters = read(member);
    const auto found = before_.find(process);
    moved = moved || found == before_.end() || has_moved(found->second, counters);
    now.emplace(process, counters);
  }
  moved = moved || now.size() != before_.size();
  before_ = std::move(now);
  first_ = false;
  return moved;
}

}  // namespace wedge::supervise
