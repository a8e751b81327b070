// wedge-free: <wedge/scenario.h> for programs without libwedge, which have a sanitizer's runtime in its place. Runs one
// body as it is, on real threads; `wedge run --rung tsan` starts the program once for each execution.
//
//   PROGRAM --wedge-list                   one line per variant, fields separated by the character 0x1f:
//                                          scenario, title, source, variant, expected outcome, expected text,
//                                          the number of what it is unfit for
//   PROGRAM --wedge-run SCENARIO VARIANT   exit status 0: passed; 67: an obligation is unmet; or as the body ends
#include <wedge/scenario.h>
#include <wedge/stream_table.h>

#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wedge {

namespace {

// The command finds by this that a program is made of scenarios; a stripped one has no symbols left.
[[gnu::section(".wedge_free"), gnu::used]] const char marker[] = "wedge-free/1";

constexpr int exit_unmet = 67;
constexpr int exit_usage = 2;

std::vector<const Scenario*>& scenarios() {
  static auto* all = new std::vector<const Scenario*>;
  return *all;
}

std::string on_one_line(std::string text) {
  for (char& letter : text)
    if (letter == '\n' || letter == '\x1f') letter = ' ';
  return text;
}

int list() {
  for (const Scenario* scenario : scenarios())
    for (const Variant& variant : scenario->variants)
      std::printf("%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%d\n", on_one_line(scenario->id).c_str(),
                  on_one_line(scenario->title).c_str(), on_one_line(scenario->source).c_str(),
                  on_one_line(variant.name).c_str(), std::string(name_of(variant.expectation.outcome)).c_str(),
                  on_one_line(variant.expectation.text).c_str(), static_cast<int>(variant.unfit_for));
  return 0;
}

// As inside libwedge: what the body leaves running ends with it, and what it throws ends the program.
[[noreturn]] void run(const Variant& variant) noexcept {
  variant.body();
  std::fflush(nullptr);
  _exit(0);
}

int run_named(const char* id, const char* name) {
  for (const Scenario* scenario : scenarios())
    if (scenario->id == id)
      for (const Variant& variant : scenario->variants)
        if (variant.name == name) run(variant);
  std::fprintf(stderr, "there is no scenario %s with a variant %s\n", id, name);
  return exit_usage;
}

}  // namespace

Registration::Registration(const Scenario& scenario) { scenarios().push_back(&scenario); }

int scenario_main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--wedge-list") == 0) return list();
  if (argc == 4 && std::strcmp(argv[1], "--wedge-run") == 0) return run_named(argv[2], argv[3]);
  const char* name = argc > 0 ? argv[0] : "this program";
  std::fprintf(stderr, "%s holds %zu scenarios; run them with: wedge run --rung tsan %s\n", name, scenarios().size(),
               name);
  return exit_usage;
}

Obligation::Obligation(std::string_view what, std::function<std::string()> explain)
    : what_(what), explain_(std::move(explain)) {}

Obligation::~Obligation() {
  if (fulfilled_) return;
  std::fprintf(stderr, "wedge: the scope that promised it is left, and this has not happened: %s\n", unmet().c_str());
  std::fflush(nullptr);
  _exit(exit_unmet);
}

void Obligation::fulfil() { fulfilled_ = true; }
bool Obligation::fulfilled() const { return fulfilled_; }

// The supervisor looks into this file for the time, on CLOCK_MONOTONIC, after which the execution counts as hung.
void deadline(std::chrono::nanoseconds limit) {
  const char* file = std::getenv("WEDGE_DEADLINE_FILE");
  if (file == nullptr) return;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::uint64_t until = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
                              static_cast<std::uint64_t>(now.tv_nsec) + static_cast<std::uint64_t>(limit.count());
  [[maybe_unused]] const ssize_t written = pwrite(std::atoi(file), &until, sizeof until, 0);
}

void note(std::string_view text) {
  std::fprintf(stderr, "wedge: note: %.*s\n", static_cast<int>(text.size()), text.data());
}

void benign_race(const volatile void*, std::size_t, std::string_view) {}

void progress() {}

std::uint32_t choose(std::uint32_t) { return 0; }

void misuse(std::string_view text) {
  std::fprintf(stderr, "wedge: misuse: %.*s\n", static_cast<int>(text.size()), text.data());
  std::abort();
}

void explain_hang(std::string (*)(std::chrono::nanoseconds)) {}

StreamTable* stream_table() { return nullptr; }

bool controlled() { return false; }

}  // namespace wedge
