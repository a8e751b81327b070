// Compiles programs as a user does: plainly (level 1), or with what `wedge flags` prints (level 2).
#pragma once

#include <string>
#include <vector>

namespace wedge::e2e {

enum class Level { plain, instrumented, tsan };  // tsan: with the real ThreadSanitizer, and wedge-free

struct Build {
  std::string source;
  std::string compiler;  // g++ or clang++
  Level level = Level::plain;
  std::string program;  // where it goes
  std::vector<std::string> options;
};

// Whether the compiler is installed.
bool has_compiler(const std::string& compiler);

// The folders of the sources: tests' own programs, and the eight programs that come with the issue. The latter are not
// part of the project: they are looked for beside the checkout, and `given_programs` is empty where they are missing.
std::string own_source(const std::string& name);
std::vector<std::string> given_programs();

// Builds all of them, two at a time. Throws std::runtime_error with the compiler's words if one fails.
void build_all(const std::vector<Build>& builds);

}  // namespace wedge::e2e
