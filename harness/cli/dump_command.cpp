// `wedge dump`: the hang report of a process that is running already and goes on unharmed.
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/diagnose/capture.h"
#include "harness/diagnose/conclude.h"
#include "harness/diagnose/proc_files.h"
#include "harness/model/hang_json.h"
#include "harness/supervise/errors.h"
#include "reports/hang_markdown.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;

std::int32_t process_number(const std::string& text) {
  std::int32_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size() || pid <= 0)
    throw EnvironmentError(fmt::format("'{}' is not the number of a process; 'ps' lists them", text));
  return pid;
}

void check_process(std::int32_t pid) {
  const auto stat = diagnose::read_stat(diagnose::process_path(pid));
  if (!stat) throw EnvironmentError(fmt::format("there is no process {}", pid));
  if (stat->kernel_thread)
    throw EnvironmentError(fmt::format("{} ({}) is a thread of the kernel; it runs no program", pid, stat->name));
  if (stat->state == 'Z')
    throw EnvironmentError(
        fmt::format("process {} ({}) has ended already and only waits for its parent, process {}; dump that one", pid,
                    stat->name, stat->parent));
  if (pid == getpid()) throw EnvironmentError(fmt::format("{} is this very wedge", pid));
  if (!diagnose::is_process(pid))
    throw EnvironmentError(fmt::format("{} is one thread of a process; give the number of the process", pid));
  errno = 0;
  if (!diagnose::read_system_call(diagnose::thread_path(pid, pid)) && (errno == EPERM || errno == EACCES))
    throw EnvironmentError(
        fmt::format("not permitted to look into process {} ({}): that needs the same user or CAP_SYS_PTRACE; "
                    "run as root: sudo wedge dump {}",
                    pid, stat->name, pid));
}

void write_report(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw EnvironmentError(fmt::format("cannot write the report to {}", path));
}

}  // namespace

int dump_command(const DumpOptions& options) {
  diagnose::CaptureRequest request;
  request.root = process_number(options.process);
  check_process(request.root);
  request.between_samples = std::chrono::milliseconds(static_cast<long>(options.sample_s * 1000));
  request.allow_seize_blocked = options.stop_blocked;
  model::Hang hang = diagnose::capture_tree(request);
  if (hang.processes.empty()) throw EnvironmentError(fmt::format("process {} ended meanwhile", request.root));
  diagnose::conclude(hang);
  const std::string text = options.json ? model::write_hang(hang) : reports::hang_report(hang);
  if (!options.out.empty()) {
    write_report(options.out, text);
    fmt::print("{}\n", options.out);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw EnvironmentError("cannot write the report to the standard output");
  }
  return exit_as_declared;
}

}  // namespace wedge::cli
