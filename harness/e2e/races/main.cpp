// Runs the small program that is named, or prints the names of all.
#include <cstdio>
#include <cstring>

#include "harness/e2e/races/program.h"

int main(int argc, char** argv) {
  for (const races::Program* program = races::Program::first; program != nullptr; program = program->next()) {
    if (argc < 2) {
      std::puts(program->name());
    } else if (std::strcmp(program->name(), argv[1]) == 0) {
      program->run();
      return 0;
    }
  }
  return argc < 2 ? 0 : 2;
}
