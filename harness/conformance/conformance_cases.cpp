// The program that is run twice: natively against glibc and under control. It prints what its cases record.
//
//   conformance_cases --list                        kind and FAMILY/NAME of every case
//   conformance_cases [--transcript FILE] [FAMILY/NAME…]  runs these cases (all that can share a process, if none is
//   named)
//
// The transcript is written at the end in one piece, so that those of many executions do not mix in one file.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/conformance/case.h"

namespace {

using conformance::Case;

std::string& transcript() {
  static auto* const text = new std::string;  // outlives static destructors
  return *text;
}

int output = STDOUT_FILENO;

void write_transcript() {
  const std::string& text = transcript();
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(output, text.data() + written, text.size() - written);
    if (count <= 0) _exit(3);
    written += static_cast<std::size_t>(count);
  }
}

// A case that ends its own thread or process never returns here, so its transcript is written on the way out.
void run_alone(const Case& which) {
  std::atexit([] {
    transcript().append("== end\n");
    write_transcript();
  });
  run_case(which, transcript());
}

const Case* find_case(std::string_view name) {
  for (const Case& each : conformance::all_cases())
    if (name_of(each) == name) return &each;
  return nullptr;
}

int list_cases() {
  for (const Case& each : conformance::all_cases())
    std::printf("%s %s\n", std::string(name_of(each.kind)).c_str(), name_of(each).c_str());
  return 0;
}

bool open_output(const char* path) {
  output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output >= 0) return true;
  std::perror(path);
  return false;
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  int next = 1;
  if (next < argument_count && std::strcmp(arguments[next], "--list") == 0) return list_cases();
  if (next + 1 < argument_count && std::strcmp(arguments[next], "--transcript") == 0) {
    if (!open_output(arguments[next + 1])) return 2;
    next += 2;
  }
  if (next == argument_count) {
    for (const Case& each : conformance::all_cases())
      if (each.kind != conformance::Kind::alone) run_case(each, transcript());
  }
  for (; next < argument_count; ++next) {
    const Case* which = find_case(arguments[next]);
    if (which == nullptr) {
      std::fprintf(stderr, "conformance_cases: no case is called '%s'; see --list\n", arguments[next]);
      return 2;
    }
    if (which->kind == conformance::Kind::alone) {
      run_alone(*which);
      return 0;
    }
    run_case(*which, transcript());
  }
  write_transcript();
  return 0;
}
