// `wedge list`: what the scenario program has registered.
#include <cstdio>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/locate.h"
#include "harness/cli/select.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/pool.h"

namespace wedge::cli {
namespace {

constexpr std::chrono::seconds patience{10};

void print(const std::vector<Listed>& variants) {
  std::string scenario;
  for (const Listed& variant : variants) {
    if (variant.scenario != scenario) {
      fmt::print("{}{}{}\n", variant.scenario, variant.title.empty() ? "" : "  ", variant.title);
      if (!variant.source.empty()) fmt::print("    source: {}\n", variant.source);
      scenario = variant.scenario;
    }
    fmt::print("    {:<32}  expected: {}", variant.variant, name_of(variant.expected));
    if (!variant.expected_text.empty()) fmt::print(" saying '{}'", variant.expected_text);
    if (!variant.too_rare_for.empty()) fmt::print(", too rare for {}", variant.too_rare_for);
    fmt::print("\n");
  }
}

}  // namespace

int list_command(const ListOptions& options) {
  const std::string program = absolute_path(options.program.empty() ? locate_scenarios() : options.program);
  if (supervise::check_program(program) != supervise::ProgramKind::scenario)
    throw supervise::EnvironmentError(program + " holds no scenarios; it has a main() of its own");
  supervise::Pool pool({program, {}, locate_runtime()}, 1, patience);
  const std::vector<Listed> variants = matching(listed_from(pool.listing()), options.globs);
  if (variants.empty()) throw supervise::EnvironmentError(program + " registers no scenarios");
  print(variants);
  return exit_as_declared;
}

}  // namespace wedge::cli
