// Reads the command line of the conformance driver.
#include "harness/conformance/driver/options.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

namespace conformance {
namespace {

constexpr const char* usage = R"(conformance_driver --cases PROGRAM [--wedge WEDGE] [OPTION…]
Runs the conformance cases natively and, given --wedge, under control, and compares.

  --reference PROGRAM       run this one natively for comparison (the plain build, where PROGRAM is instrumented)
  --level 1|2               2: atomics are points, so what they leave open must be reachable, too
  --carrier fiber|thread    --strategy NAME    --seed N    --jobs N    as for `wedge run`
  --executions N            of cases whose results are all specified (20)
  --one-of-executions N     of cases with unspecified results (300)
  --native-runs N           how often each case is run natively (3)
  --patience SECONDS        for one command (60)
  --only TEXT  --skip TEXT  cases whose FAMILY/NAME contains TEXT; may be repeated
  --wedge-argument TEXT     a further argument for `wedge run`; may be repeated
)";

[[noreturn]] void refuse(const std::string& reason) {
  std::fprintf(stderr, "conformance_driver: %s\n%s", reason.c_str(), usage);
  std::exit(2);
}

std::size_t to_count(const std::string& text) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value == 0) refuse("'" + text + "' is not a number above 0");
  return value;
}

}  // namespace

Options read_options(int argument_count, char** arguments) {
  Options options;
  using Setter = std::function<void(const std::string&)>;
  const auto text = [](std::string& target) -> Setter { return [&target](const auto& value) { target = value; }; };
  const auto count = [](std::size_t& target) -> Setter {
    return [&target](const auto& value) { target = to_count(value); };
  };
  const auto list = [](std::vector<std::string>& target) -> Setter {
    return [&target](const auto& value) { target.push_back(value); };
  };
  const std::map<std::string, Setter> setters{
      {"--carrier", text(options.carrier)},
      {"--cases", text(options.cases)},
      {"--executions", count(options.executions)},
      {"--jobs", text(options.jobs)},
      {"--level", [&](const auto& value) { options.has_atomic_points = value == "2"; }},
      {"--native-runs", count(options.native_runs)},
      {"--one-of-executions", count(options.one_of_executions)},
      {"--only", list(options.only)},
      {"--patience", [&](const auto& value) { options.patience_s = static_cast<long>(to_count(value)); }},
      {"--reference", text(options.reference)},
      {"--seed", text(options.seed)},
      {"--skip", list(options.skip)},
      {"--strategy", text(options.strategy)},
      {"--wedge", text(options.wedge)},
      {"--wedge-argument", list(options.more)},
  };
  for (int i = 1; i < argument_count; i += 2) {
    const auto setter = setters.find(arguments[i]);
    if (setter == setters.end()) refuse("there is no option '" + std::string(arguments[i]) + "'");
    if (i + 1 == argument_count) refuse("'" + std::string(arguments[i]) + "' needs a value");
    setter->second(arguments[i + 1]);
  }
  if (options.cases.empty()) refuse("--cases is missing");
  if (options.reference.empty()) options.reference = options.cases;
  return options;
}

}  // namespace conformance
