// Reads the text files of /proc. Their formats only ever grow at the end, so unknown lines and fields are passed over.
#include "harness/diagnose/proc_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace wedge::diagnose {
namespace {

constexpr std::uint64_t kernel_thread_flag = 0x00200000;  // PF_KTHREAD

std::uint64_t number_after(std::string_view text, std::string_view key, int base) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  std::size_t start = text.find_first_not_of(" \t", at + key.size());
  if (start == std::string_view::npos) return 0;
  std::uint64_t value = 0;
  std::from_chars(text.data() + start, text.data() + text.size(), value, base);
  return value;
}

// "NSpid:\t4711\t12": outermost first.
std::int32_t innermost_id(std::string_view status) {
  const std::size_t at = status.find("\nNSpid:");
  if (at == std::string_view::npos) return 0;
  const std::string_view line = status.substr(at + 1, status.find('\n', at + 1) - at - 1);
  const std::string_view last = line.substr(line.find_last_of("\t ") + 1);
  std::int32_t value = 0;
  std::from_chars(last.data(), last.data() + last.size(), value);
  return value;
}

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t start = 0; (start = text.find_first_not_of(" \n", start)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \n", start), text.size());
    fields.push_back(text.substr(start, end - start));
    start = end;
  }
  return fields;
}

std::uint64_t number_from(std::string_view text, int base = 10) {
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

double seconds_from_ticks(std::string_view ticks) {
  return static_cast<double>(number_from(ticks)) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Mapping mapping_from(const std::string& line) {
  Mapping mapping;
  unsigned long start = 0, end = 0, offset = 0, inode = 0;
  char rights[8] = {};
  int name = 0;
  if (std::sscanf(line.c_str(), "%lx-%lx %7s %lx %*s %lu %n", &start, &end, rights, &offset, &inode, &name) < 5)
    return mapping;
  mapping.start = start;
  mapping.end = end;
  mapping.offset = offset;
  mapping.inode = inode;
  mapping.readable = rights[0] == 'r';
  mapping.writable = rights[1] == 'w';
  mapping.executable = rights[2] == 'x';
  if (name > 0 && static_cast<std::size_t>(name) < line.size()) mapping.path = line.substr(name);
  return mapping;
}

}  // namespace

std::optional<std::string> read_whole(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  char buffer[16384];
  ssize_t count = 0;
  while ((count = read(file, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(count));
  const int error = errno;
  close(file);
  errno = error;
  if (count < 0) return std::nullopt;
  return text;
}

std::optional<std::string> read_link(const std::string& path) {
  char target[4096];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  if (length < 0) return std::nullopt;
  return std::string(target, static_cast<std::size_t>(length));
}

std::optional<std::vector<std::int32_t>> numbers_in(const std::string& directory) {
  DIR* entries = opendir(directory.c_str());
  if (entries == nullptr) return std::nullopt;
  std::vector<std::int32_t> numbers;
  while (const dirent* entry = readdir(entries)) {
    const std::string_view name(entry->d_name);
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  closedir(entries);
  std::ranges::sort(numbers);
  return numbers;
}

bool is_process(std::int32_t pid) {
  const auto status = read_whole(process_path(pid) + "/status");
  return status && static_cast<std::int32_t>(number_after(*status, "\nTgid:", 10)) == pid;
}

std::string process_path(std::int32_t pid) { return "/proc/" + std::to_string(pid); }

std::string thread_path(std::int32_t pid, std::int32_t tid) {
  return process_path(pid) + "/task/" + std::to_string(tid);
}

std::optional<StatFile> read_stat(const std::string& directory) {
  const auto text = read_whole(directory + "/stat");
  if (!text) return std::nullopt;
  // The name may hold anything, a closing parenthesis too; behind the last one the fields begin.
  const std::size_t open_at = text->find('(');
  const std::size_t close_at = text->rfind(')');
  if (open_at == std::string::npos || close_at == std::string::npos) return std::nullopt;
  const auto fields = fields_of(std::string_view(*text).substr(close_at + 1));
  if (fields.size() < 20) return std::nullopt;
  StatFile stat;
  stat.name = text->substr(open_at + 1, close_at - open_at - 1);
  stat.state = fields[0].front();
  stat.parent = static_cast<std::int32_t>(number_from(fields[1]));
  stat.kernel_thread = (number_from(fields[6]) & kernel_thread_flag) != 0;
  stat.cpu_s = seconds_from_ticks(fields[11]) + seconds_from_ticks(fields[12]);
  stat.started_s = seconds_from_ticks(fields[19]);
  return stat;
}

std::optional<StatusFile> read_status(const std::string& directory) {
  const auto text = read_whole(directory + "/status");
  if (!text) return std::nullopt;
  StatusFile status;
  status.voluntary_switches = number_after(*text, "\nvoluntary_ctxt_switches:", 10);
  status.involuntary_switches = number_after(*text, "\nnonvoluntary_ctxt_switches:", 10);
  status.pending_signals = number_after(*text, "\nSigPnd:", 16);
  status.shared_pending_signals = number_after(*text, "\nShdPnd:", 16);
  status.blocked_signals = number_after(*text, "\nSigBlk:", 16);
  status.ignored_signals = number_after(*text, "\nSigIgn:", 16);
  status.caught_signals = number_after(*text, "\nSigCgt:", 16);
  status.tracer = static_cast<std::int32_t>(number_after(*text, "\nTracerPid:", 10));
  status.user = static_cast<std::int32_t>(number_after(*text, "\nUid:", 10));
  status.inner_id = innermost_id(*text);
  return status;
}

std::optional<SystemCallFile> read_system_call(const std::string& directory) {
  const auto text = read_whole(directory + "/syscall");
  if (!text) return std::nullopt;
  SystemCallFile call;
  const auto fields = fields_of(*text);
  if (fields.empty() || fields[0] == "running") {
    call.running = true;
    return call;
  }
  call.number = std::strtoll(std::string(fields[0]).c_str(), nullptr, 10);
  if (fields.size() == 9)
    for (std::size_t i = 0; i < call.arguments.size(); ++i) call.arguments[i] = number_from(fields[i + 1], 16);
  if (fields.size() >= 3) {
    call.stack_pointer = number_from(fields[fields.size() - 2], 16);
    call.instruction = number_from(fields[fields.size() - 1], 16);
  }
  return call;
}

std::optional<std::vector<Mapping>> read_mappings(std::int32_t pid) {
  const auto text = read_whole(process_path(pid) + "/maps");
  if (!text) return std::nullopt;
  std::vector<Mapping> mappings;
  for (std::size_t start = 0; start < text->size();) {
    const std::size_t end = std::min(text->find('\n', start), text->size());
    Mapping mapping = mapping_from(text->substr(start, end - start));
    if (mapping.end > mapping.start) mappings.push_back(std::move(mapping));
    start = end + 1;
  }
  return mappings;
}

}  // namespace wedge::diagnose
