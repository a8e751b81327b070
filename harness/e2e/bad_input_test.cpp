// Every bad input that the documentation lists gets one line on stderr, which says what is wrong, and exit code 2.
#include <filesystem>
#include <functional>
#include <ostream>

#include <elf.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

namespace fs = std::filesystem;

// What some of the inputs are made from: a sound program and a sound trace of it.
class Sound {
 public:
  static const Sound& get() {
    static const Sound sound;
    return sound;
  }
  std::string program() const { return folder_ / "sometimes"; }
  std::string trace() const { return trace_; }

 private:
  Sound() {
    build_all({{own_source("programs/sometimes.cpp"), "g++", Level::plain, program(), {}}});
    wedge({"run", program(), "--out", folder_ / "out", "--", "abort"});
    trace_ = folder_ / ("out/" + only_variant(folder_ / "out").findings.at(0).trace);
  }
  Folder folder_;
  std::string trace_;
};

struct BadInput {
  const char* name;
  const char* says;                               // what must be in the line
  std::function<Words(const Folder&)> arguments;  // made in an empty folder
};

void PrintTo(const BadInput& input, std::ostream* stream) { *stream << input.name; }

// Copies of the program with something changed in its header.
std::string with_header(const Folder& folder, const std::function<void(Elf64_Ehdr&)>& change) {
  std::string bytes = read_text(Sound::get().program());
  change(*reinterpret_cast<Elf64_Ehdr*>(bytes.data()));
  write_text(folder / "program", bytes);
  chmod((folder / "program").c_str(), 0755);
  return folder / "program";
}

std::string compiled(const Folder& folder, const Words& options) {
  write_text(folder / "small.cpp", "int main() {}\n");
  Words command{"g++", folder / "small.cpp", "-o", folder / "program"};
  command.insert(command.end(), options.begin(), options.end());
  const Finished finished = run_command(command);
  EXPECT_EQ(finished.status, 0) << finished.errors;
  return folder / "program";
}

std::string file(const Folder& folder, const std::string& text) {
  write_text(folder / "file", text);
  return folder / "file";
}

std::string executable_file(const Folder& folder, const std::string& text) {
  std::string path = file(folder, text);
  chmod(path.c_str(), 0755);
  return path;
}

std::string trace_with(const Folder& folder, const std::string& from, const std::string& to) {
  std::string text = read_text(Sound::get().trace());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return file(folder, text);
}

Words run(const std::string& target) { return {"run", target}; }
Words run_with(Words options) {
  options.insert(options.begin(), {"run", Sound::get().program()});
  return options;
}
Words repro(const std::string& trace) { return {"repro", trace}; }
Words repro_with(Words options) {
  options.insert(options.begin(), {"repro", Sound::get().trace()});
  return options;
}

const BadInput bad_inputs[] = {
    // Targets
    {"no_such_program", "no program", [](auto& folder) { return run(folder / "missing"); }},
    {"no_such_scenario", "no scenario", [](auto&) { return run("canaries/no-such-thing"); }},
    {"no_such_variant", "no scenario", [](auto&) { return run("canaries/flusher-stop:no-such-thing"); }},
    {"program_is_a_folder", "directory", [](auto& folder) { return run(folder.path()); }},
    {"program_is_a_text", "program", [](auto& folder) { return run(executable_file(folder, "hello\n")); }},
    {"program_is_a_script", "script", [](auto& folder) { return run(executable_file(folder, "#!/bin/sh\nexit\n")); }},
    {"program_is_empty", "ELF", [](auto& folder) { return run(executable_file(folder, "")); }},
    {"program_is_not_executable", "execut",
     [](auto& folder) {
       const std::string path = with_header(folder, [](Elf64_Ehdr&) {});
       chmod(path.c_str(), 0644);
       return run(path);
     }},
    {"program_of_another_architecture", "ARM",
     [](auto& folder) { return run(with_header(folder, [](Elf64_Ehdr& header) { header.e_machine = EM_AARCH64; })); }},
    {"program_of_32_bits", "32-bit",
     [](auto& folder) {
       return run(with_header(folder, [](Elf64_Ehdr& header) {
         header.e_machine = EM_386;
         header.e_ident[EI_CLASS] = ELFCLASS32;
       }));
     }},
    {"program_is_static", "static", [](auto& folder) { return run(compiled(folder, {"-static"})); }},
    {"program_is_a_library", "library",
     [](auto& folder) {
       return run(compiled(folder, {"-shared", "-fPIC"}));
     }},
    {"program_with_a_sanitizer", "sanitize", [](auto& folder) { return run(compiled(folder, {"-fsanitize=thread"})); }},
    {"nothing_to_run", "what to run", [](auto&) { return Words{"run"}; }},
    // Options
    {"unknown_option", "--no-such-option", [](auto&) { return run_with({"--no-such-option"}); }},
    {"enough_without_keep_going", "--keep-going",
     [](auto&) {
       return run_with({"--enough", "3"});
     }},
    {"enough_is_none", "--enough must be at least 1",
     [](auto&) {
       return run_with({"--keep-going", "--enough", "0"});
     }},
    {"unknown_command", "no-such-command", [](auto&) { return Words{"no-such-command"}; }},
    {"unknown_strategy", "strategy",
     [](auto&) {
       return run_with({"--strategy", "clever"});
     }},
    {"unknown_carrier", "carrier",
     [](auto&) {
       return run_with({"--carrier", "pigeon"});
     }},
    {"no_executions", "--executions",
     [](auto&) {
       return run_with({"--executions", "0"});
     }},
    {"executions_are_no_number", "--executions",
     [](auto&) {
       return run_with({"--executions", "many"});
     }},
    {"executions_are_negative", "--executions",
     [](auto&) {
       return run_with({"--executions", "-1"});
     }},
    {"no_jobs", "--jobs",
     [](auto&) {
       return run_with({"--jobs", "0"});
     }},
    {"no_steps", "--steps",
     [](auto&) {
       return run_with({"--steps", "0"});
     }},
    {"no_patience", "--stuck",
     [](auto&) {
       return run_with({"--stuck", "0"});
     }},
    {"time_is_negative", "--time",
     [](auto&) {
       return run_with({"--time", "-1"});
     }},
    {"depth_without_pct", "--depth",
     [](auto&) {
       return run_with({"--strategy", "pos", "--depth", "4"});
     }},
    {"arguments_for_a_scenario", "arguments",
     [](auto&) {
       return Words{"run", "canaries/*", "--", "--fast"};
     }},
    {"scenario_of_a_plain_program", "--scenario",
     [](auto&) {
       return run_with({"--scenario", "canaries/*"});
     }},
    {"out_is_a_file", "cannot write",
     [](auto& folder) {
       return run_with({"--out", file(folder, "")});
     }},
    {"flags_without_a_kind", "--compile", [](auto&) { return Words{"flags"}; }},
    {"flags_of_both_kinds", "--compile",
     [](auto&) {
       return Words{"flags", "--compile", "--link"};
     }},
    {"list_of_a_plain_program", "scenarios",
     [](auto&) {
       return Words{"list", "--program", Sound::get().program()};
     }},
    // Traces
    {"no_trace_named", "trace", [](auto&) { return Words{"repro"}; }},
    {"no_such_trace", "cannot read", [](auto& folder) { return repro(folder / "missing"); }},
    {"trace_is_a_folder", "directory", [](auto& folder) { return repro(folder.path()); }},
    {"trace_is_empty", "empty", [](auto& folder) { return repro(file(folder, "")); }},
    {"trace_is_cut_short", "damaged",
     [](auto& folder) {
       const std::string text = read_text(Sound::get().trace());
       return repro(file(folder, text.substr(0, text.size() / 2)));
     }},
    {"trace_with_another_step_count", "damaged",
     [](auto& folder) { return repro(trace_with(folder, "\"steps\":", "\"steps\": 1")); }},
    {"trace_of_another_tool", "trace", [](auto& folder) { return repro(file(folder, R"({"traceEvents": []})")); }},
    {"trace_of_another_schema", "wedge-trace",
     [](auto& folder) { return repro(trace_with(folder, "wedge-trace/1", "wedge-trace/9")); }},
    {"trace_is_a_binary", "trace", [](auto&) { return repro(Sound::get().program()); }},
    {"trace_of_a_missing_program", "not there",
     [](auto& folder) {
       return repro_with({"--program", folder / "missing"});
     }},
    // Reports
    {"report_of_nothing", "results", [](auto&) { return Words{"report"}; }},
    {"report_of_what_is_missing", "cannot read",
     [](auto& folder) {
       return Words{"report", folder / "missing"};
     }},
    {"report_of_an_empty_folder", "result.json",
     [](auto& folder) {
       return Words{"report", folder.path()};
     }},
    {"report_of_another_file", "neither",
     [](auto& folder) {
       return Words{"report", file(folder, "hello\n")};
     }},
    {"report_of_a_damaged_trace", "damaged",
     [](auto& folder) {
       return Words{"report", trace_with(folder, "\"steps\":", "\"steps\": 1")};
     }},
    {"report_of_a_damaged_hang", "damaged",
     [](auto& folder) {
       return Words{"report", file(folder, "{\n\"schema\": \"wedge-hang/1\",")};
     }},
    {"report_in_an_unknown_format", "format",
     [](auto&) {
       return Words{"report", Sound::get().trace(), "--format", "yaml"};
     }},
    {"no_times", "--times",
     [](auto&) {
       return repro_with({"--times", "0"});
     }},
    {"gdb_many_times", "--gdb",
     [](auto&) {
       return repro_with({"--gdb", "--times", "2"});
     }},
    {"gdb_with_fibers", "--gdb",
     [](auto&) {
       return repro_with({"--gdb", "--carrier", "fiber"});
     }},
};

class Bad : public testing::TestWithParam<BadInput> {};

TEST_P(Bad, input_is_one_line_and_exit_code_2) {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());  // where `out` would appear
  const Finished finished = wedge(GetParam().arguments(folder));
  fs::current_path(before);
  EXPECT_EQ(finished.status, 2) << finished.output << finished.errors;
  EXPECT_EQ(lines_of(finished.errors).size(), 1U) << finished.errors;
  EXPECT_TRUE(finished.errors.starts_with("wedge: ")) << finished.errors;
  EXPECT_TRUE(contains(finished.errors, GetParam().says)) << finished.errors;
  EXPECT_EQ(finished.output, "");
}

INSTANTIATE_TEST_SUITE_P(Every, Bad, testing::ValuesIn(bad_inputs),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace wedge::e2e
