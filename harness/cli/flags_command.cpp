// `wedge flags`: what to compile and link with so that the runtime sees atomics and plain accesses (level 2).
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/locate.h"

namespace wedge::cli {

int flags_command(const FlagsOptions& options) {
  if (options.compile) {
    fmt::print("-fsanitize=thread -g -fno-omit-frame-pointer -I{}\n", shell_quoted(locate_headers()));
    return exit_as_declared;
  }
  if (options.rung == Rung::tsan) {
    fmt::print("-fsanitize=thread {} -pthread\n", shell_quoted(locate_free_library()));
    return exit_as_declared;
  }
  // Not -fsanitize=thread: that would link the sanitizer's own runtime.
  const std::string directory = std::filesystem::path(locate_runtime()).parent_path().string();
  fmt::print("-L{0} -lwedge -Wl,-rpath,{0} -pthread -ldl\n", shell_quoted(directory));
  return exit_as_declared;
}

}  // namespace wedge::cli
