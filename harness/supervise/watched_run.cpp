// Starts, waits, captures and ends.
#include "harness/supervise/watched_run.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/supervise/errors.h"
#include "harness/supervise/free_hang.h"
#include "harness/supervise/interrupt.h"
#include "harness/supervise/tree.h"

namespace wedge::supervise {
namespace {

using Clock = WatchedTree::Clock;

constexpr const char* deadline_variable = "WEDGE_DEADLINE_FILE";

class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : file_(memfd_create(name, MFD_CLOEXEC)) {
    if (file_ < 0) throw EnvironmentError(std::string("cannot have memory for a file: ") + std::strerror(errno));
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int file() const { return file_; }

  // At most that much of its end.
  std::string end_of_text(std::size_t most) const {
    struct stat status {};
    fstat(file_, &status);
    const off_t from = std::max<off_t>(0, status.st_size - static_cast<off_t>(most));
    std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
    const ssize_t got = pread(file_, text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

 private:
  int file_;
};

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> result = variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view own(*entry);
    const std::string_view name = own.substr(0, own.find('=') + 1);
    if (std::ranges::none_of(variables, [&](const std::string& variable) { return variable.starts_with(name); }))
      result.emplace_back(own);
  }
  return result;
}

// Only what is allowed between fork and exec. ThreadSanitizer of gcc 12 and clang 14 does not find its way about where
// the kernel spreads addresses more widely than they know.
void prepare_child(bool show_output, int output, int deadline) {
  setpgid(0, 0);
  personality(static_cast<unsigned long>(personality(0xffffffff)) | ADDR_NO_RANDOMIZE);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
  if (!show_output) {
    dup2(output, 1);
    dup2(output, 2);
  }
  fcntl(deadline, F_SETFD, 0);
}

// What wedge::deadline() in the program has written; nothing if it did not.
std::optional<Clock::time_point> own_deadline(const MemoryFile& file) {
  std::uint64_t ns = 0;
  if (pread(file.file(), &ns, sizeof ns, 0) != sizeof ns || ns == 0) return {};
  return Clock::time_point(std::chrono::nanoseconds(ns));
}

}  // namespace

std::string own_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

WatchedRun run_watched(const WatchedRunSpec& spec) {
  constexpr std::chrono::milliseconds look{100};
  const MemoryFile output("wedge-output");
  const MemoryFile deadline("wedge-deadline");
  TreeSpec tree_spec;
  tree_spec.command = spec.command;
  tree_spec.environment = environment_with(spec.variables);
  tree_spec.environment.push_back(std::string(deadline_variable) + "=" + std::to_string(deadline.file()));
  tree_spec.in_child = [&] { prepare_child(spec.show_output, output.file(), deadline.file()); };
  const auto start = Clock::now();
  WatchedTree tree(tree_spec);
  WatchedRun run;
  while (!tree.status()) {
    const auto own = own_deadline(deadline);
    const auto until = own.value_or(start + spec.hang_after);
    tree.wait(std::min(until, Clock::now() + look));
    if (interrupted()) throw Interrupted();
    if (Clock::now() < until || tree.status()) continue;
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    model::Hang hang = photograph(tree.root(), {elapsed, spec.hang_after, own.has_value()});
    if (tree.status()) break;  // it was slow, and has ended by itself meanwhile
    run.hang = std::move(hang);
    break;
  }
  tree.end(std::chrono::milliseconds(0));
  run.wait_status = tree.status().value_or(0);
  run.output = output.end_of_text(spec.most_output);
  return run;
}

}  // namespace wedge::supervise
