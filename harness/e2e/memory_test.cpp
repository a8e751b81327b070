// Freed memory and leaks: each fault is found at its place and replays under both carriers; done right, it is silent.
#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

using model::MemoryFault;

struct Fault {
  const char* name;
  MemoryFault fault;
  const char* text;
  const char* allocated;  // function that must be in the stack of the allocation; empty: there is none
  const char* freed;
  const char* used;
};

constexpr Fault faults[] = {
    {"read_after_free", MemoryFault::use_after_free, "4 bytes are read at offset 4", "with_freed", "operator()", ""},
    {"write_after_free", MemoryFault::use_after_free, "4 bytes are written at offset 4", "with_freed", "",
     "operator()"},
    {"atomic_after_free", MemoryFault::use_after_free, "4 bytes are written at offset 8", "with_freed", "",
     "operator()"},
    {"lock_after_free", MemoryFault::use_after_free, "a mutex at offset 16", "with_freed", "", "operator()"},
    {"use_after_realloc", MemoryFault::use_after_free, "freed block of 16 bytes", "use_after_realloc",
     "use_after_realloc", "use_after_realloc"},
    {"double_free", MemoryFault::double_free, "double free of a block of 24 bytes", "double_free", "operator()",
     "double_free"},
    {"double_delete", MemoryFault::double_free, "double free of a block of 8 bytes", "double_delete", "double_delete",
     "double_delete"},
    {"free_inside", MemoryFault::bad_free, "16 bytes inside a block of 24 bytes", "free_inside", "", "free_inside"},
    {"free_static", MemoryFault::bad_free, "a static variable", "", "", "free_static"},
    {"free_local", MemoryFault::bad_free, "a local variable", "", "", "free_local"},
    {"malloc_delete", MemoryFault::mismatched_free, "from malloc() is given back by delete", "malloc_delete", "",
     "malloc_delete"},
    {"new_free", MemoryFault::mismatched_free, "from new is given back by free()", "new_free", "", "new_free"},
    {"new_array_delete", MemoryFault::mismatched_free, "from new[] is given back by delete", "new_array_delete", "",
     "new_array_delete"},
    {"aligned_delete", MemoryFault::mismatched_free, "from aligned new is given back by delete", "aligned_delete", "",
     "aligned_delete"},
    {"dead_stack", MemoryFault::dead_stack, "4 bytes are written", "", "", "dead_stack"},
    {"leak_one", MemoryFault::leak, "a block of 56 bytes", "", "", "leak_one"},
    {"leak_cycle", MemoryFault::leak, "2 blocks of 64 bytes in all", "", "", "operator()"},
    {"leak_many", MemoryFault::leak, "51 blocks of 1018 bytes in all", "", "", "leak_many"},
};

void PrintTo(const Fault& fault, std::ostream* stream) { *stream << fault.name; }

// Built once, for all tests here.
class Binaries {
 public:
  static const Binaries& get() {
    static const Binaries binaries;
    return binaries;
  }
  std::string program(const std::string& name, const std::string& compiler, Level level) const {
    return folder_ / (name + "-" + compiler + (level == Level::plain ? "-1" : "-2"));
  }

 private:
  Binaries() {
    std::vector<Build> builds;
    for (const std::string& compiler : compilers)
      for (const std::string name : {"memory_faults", "memory_innocent"})
        for (const Level level : {Level::plain, Level::instrumented})
          if (has_compiler(compiler) && (level == Level::instrumented || compiler == "g++"))
            builds.push_back({own_source("programs/" + name + ".cpp"),
                              compiler,
                              level,
                              program(name, compiler, level),
                              {"-Wno-mismatched-new-delete", "-Wno-free-nonheap-object"}});
    build_all(builds);
  }
  Folder folder_;
};

bool has_function(const model::Trace& trace, std::uint32_t stack, const std::string& function) {
  const model::Stack* found = model::stack_of(trace, stack);
  if (function.empty()) return true;
  if (found == nullptr) return false;
  for (const model::Frame& frame : found->frames)
    for (const model::Place& place : frame.places)
      if (contains(place.function, function) ||
          (function == "operator()" && contains(place.function, "lambda in")))  // as it is told where that is known
        return true;
  return false;
}

class Memory : public testing::TestWithParam<Fault> {
 protected:
  static Variables environment() { return {{"FAULT", GetParam().name}}; }
  static Variables fixed_environment() { return {{"FAULT", GetParam().name}, {"FIXED", "1"}}; }

  static void expect_found(const std::string& compiler) {
    const Fault& fault = GetParam();
    SCOPED_TRACE(compiler);
    const Folder out;
    const std::string program = Binaries::get().program("memory_faults", compiler, Level::instrumented);
    const Finished run = wedge({"run", program, "--executions", "100", "--out", out.path()}, environment());
    ASSERT_EQ(run.status, 1) << run.output << run.errors;
    const model::VariantResult variant = only_variant(out.path());
    ASSERT_EQ(variant.findings.size(), 1U);
    const model::FindingResult& finding = variant.findings.front();
    EXPECT_EQ(name_of(finding.outcome), fault.fault == MemoryFault::leak ? "leak" : "misuse");
    EXPECT_TRUE(contains(finding.text, fault.text)) << finding.text;
    EXPECT_EQ(finding.confirmed, "3 of 3") << run.output;
    const model::Trace trace = trace_in(out.path(), finding);
    ASSERT_TRUE(trace.memory);
    EXPECT_EQ(trace.memory->fault, fault.fault);
    EXPECT_TRUE(has_function(trace, trace.memory->allocated_stack, fault.allocated)) << run.output;
    EXPECT_TRUE(has_function(trace, trace.memory->freed_stack, fault.freed)) << run.output;
    EXPECT_TRUE(has_function(trace, trace.stack, fault.used)) << run.output;
    for (const std::string& carrier : carriers) expect_replays(out.path(), 5, carrier, environment());
  }
};

TEST_P(Memory, fault_is_found_with_its_stacks_and_replays) {
  for (const std::string& compiler : compilers)
    if (has_compiler(compiler)) expect_found(compiler);
}

TEST_P(Memory, done_right_is_silent) {
  for (const std::string& compiler : compilers) {
    if (!has_compiler(compiler)) continue;
    for (const std::string& carrier : carriers) {
      SCOPED_TRACE(compiler + " under carrier " + carrier);
      const Folder out;
      const Finished run = wedge({"run", Binaries::get().program("memory_faults", compiler, Level::instrumented),
                                  "--executions", "50", "--carrier", carrier, "--out", out.path()},
                                 fixed_environment());
      EXPECT_EQ(run.status, 0) << run.output << run.errors;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Memory, testing::ValuesIn(faults),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(MemoryOracle, says_nothing_about_innocent_programs) {
  for (const std::string& compiler : compilers)
    for (const std::string& carrier : carriers)
      for (const Words& arguments : {Words{}, Words{"--", "to the end"}}) {
        if (!has_compiler(compiler)) continue;
        SCOPED_TRACE(compiler + " under carrier " + carrier);
        const Folder out;
        Words command{"run",          Binaries::get().program("memory_innocent", compiler, Level::instrumented),
                      "--executions", "100",
                      "--carrier",    carrier,
                      "--out",        out.path()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const Finished run = wedge(command);
        EXPECT_EQ(run.status, 0) << run.output << run.errors;
      }
}

// At level 1 there is nothing but the pass-through, and --no-heap makes level 2 the same.
TEST(MemoryOracle, is_silent_at_level_1_and_when_switched_off) {
  for (const Level level : {Level::plain, Level::instrumented})
    for (const std::string fault : {"leak_one", "leak_many", "new_array_delete"}) {
      SCOPED_TRACE(fault);
      const Folder out;
      Words command{"run",     Binaries::get().program("memory_faults", "g++", level), "--executions", "20", "--out",
                    out.path()};
      if (level == Level::instrumented) command.emplace_back("--no-heap");
      const Finished run = wedge(command, {{"FAULT", fault}});
      EXPECT_EQ(run.status, 0) << run.output << run.errors;
    }
}

}  // namespace
}  // namespace wedge::e2e
