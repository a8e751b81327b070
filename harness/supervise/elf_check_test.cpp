// Files that can be run, and one sentence for each that cannot.
#include "harness/supervise/elf_check.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

namespace fs = std::filesystem;

class ElfCheck : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wedge-elf-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& content, bool executable = true) {
    std::string path = (folder_ / "program").string();
    std::ofstream(path, std::ios::binary) << content;
    if (executable) fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
    return path;
  }

  // A fine program with some bytes of its header changed.
  std::string changed_program(std::size_t offset, const std::string& bytes) {
    std::ifstream original("/bin/true", std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(original)), {});
    return file(content.replace(offset, bytes.size(), bytes));
  }

  // Builds a program with the compiler at hand; false if that does not work here.
  bool built(const std::string& source, const std::string& flags) {
    std::ofstream(folder_ / "source.cpp") << source;
    const std::string command =
        "cd " + folder_.string() + " && c++ source.cpp -o program " + flags + " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }

  std::string program() const { return (folder_ / "program").string(); }

  fs::path folder_;
};

std::string error_of(const std::string& path) {
  try {
    check_program(path);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

std::string recording_error_of(const std::string& command) {
  try {
    check_recordable(command);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

bool says(const std::string& error, const std::string& what) { return error.find(what) != std::string::npos; }

TEST_F(ElfCheck, dynamic_programs_are_fine) { EXPECT_EQ(check_program("/bin/true"), ProgramKind::plain); }

TEST_F(ElfCheck, a_program_that_needs_scenario_main_is_a_scenario_program) {
  if (!built("namespace wedge { int scenario_main(int, char**) { return 0; } }", "-shared -fPIC"))
    GTEST_SKIP() << "no compiler";
  fs::rename(program(), folder_ / "libwedge.so");
  ASSERT_TRUE(
      built("namespace wedge { int scenario_main(int, char**); } int main(int c, char** v) { return "
            "wedge::scenario_main(c, v); }",
            "-L. -lwedge"));
  EXPECT_EQ(check_program(program()), ProgramKind::scenario);
}

TEST_F(ElfCheck, files_that_are_no_programs) {
  EXPECT_TRUE(says(error_of("/nowhere/at/all"), "there is no program"));
  EXPECT_TRUE(says(error_of(folder_.string()), "is a directory"));
  EXPECT_TRUE(says(error_of(file("int main() {}", false)), "is not executable; try chmod +x"));
  EXPECT_TRUE(says(error_of(file("#!/bin/sh\necho\n")), "is a script"));
  EXPECT_TRUE(says(error_of(file("#!/bin/sh\necho\n")), "#!/bin/sh"));
  EXPECT_TRUE(says(error_of(file("hello")), "is not an ELF program"));
  EXPECT_TRUE(says(error_of(file("")), "is not an ELF program"));
  EXPECT_TRUE(says(error_of(file("\x7f"
                                 "ELF")),
                   "is not an ELF program"));
}

TEST_F(ElfCheck, other_machines) {
  EXPECT_TRUE(says(error_of(changed_program(18, {"\xb7\x00", 2})), "is built for 64-bit ARM"));
  EXPECT_TRUE(says(error_of(changed_program(18, {"\xf3\x00", 2})), "is built for RISC-V"));
}

TEST_F(ElfCheck, object_files) {
  EXPECT_TRUE(says(error_of(changed_program(16, {"\x01\x00", 2})), "is an object file"));
}

TEST_F(ElfCheck, static_programs) {
  if (!built("int main() {}", "-static")) GTEST_SKIP() << "cannot link statically here";
  EXPECT_TRUE(says(error_of(program()), "is linked statically")) << error_of(program());
}

TEST_F(ElfCheck, programs_with_a_sanitizer) {
  if (!built("int main() {}", "-fsanitize=address")) GTEST_SKIP() << "no AddressSanitizer here";
  EXPECT_TRUE(says(error_of(program()), "is linked with a sanitizer's runtime")) << error_of(program());
}

TEST_F(ElfCheck, shared_libraries) {
  if (!built("int f() { return 1; }", "-shared -fPIC")) GTEST_SKIP() << "no compiler";
  EXPECT_TRUE(says(error_of(program()), "is a shared library")) << error_of(program());
}

TEST_F(ElfCheck, what_may_have_the_recorder_in_front) {
  EXPECT_EQ(recording_error_of("/bin/true"), "no error");
  EXPECT_EQ(recording_error_of("true"), "no error");
  EXPECT_EQ(recording_error_of("no-such-command-at-all"), "no error") << "starting it will say so";
  EXPECT_EQ(recording_error_of(folder_.string()), "no error");
  EXPECT_EQ(recording_error_of(file("#!/bin/sh\n./program\n")), "no error");
  // Its kernels' start-up code comes from a library.
  if (!built("extern \"C\" [[gnu::weak]] void __cudaRegisterFatBinary();"
             "[[gnu::section(\".nv_fatbin\"), gnu::used]] int kernels = 1;"
             "int main() { return &__cudaRegisterFatBinary == nullptr; }",
             "-fPIE -pie"))
    GTEST_SKIP() << "no compiler";
  EXPECT_EQ(recording_error_of(program()), "no error");
}

TEST_F(ElfCheck, programs_with_a_cuda_runtime_of_their_own) {
  const std::string kernels = "[[gnu::section(\".nv_fatbin\"), gnu::used]] int kernels = 1; int main() {}";
  if (!built(kernels, "")) GTEST_SKIP() << "no compiler";
  EXPECT_TRUE(says(recording_error_of(program()), "nvcc -cudart shared")) << recording_error_of(program());
  ASSERT_TRUE(built(kernels, "-s")) << "stripped";
  EXPECT_TRUE(says(recording_error_of(program()), "nvcc -cudart shared")) << recording_error_of(program());
  // Without kernels the linker's names tell.
  ASSERT_TRUE(built("extern \"C\" { [[gnu::used]] static int cudaMemcpy() { return 0; } } int main() {}", ""));
  EXPECT_TRUE(says(recording_error_of(program()), "nvcc -cudart shared")) << recording_error_of(program());
}

TEST_F(ElfCheck, programs_that_nothing_can_be_loaded_into) {
  if (!built("int main() {}", "-static")) GTEST_SKIP() << "cannot link statically here";
  EXPECT_TRUE(says(recording_error_of(program()), "link it without -static")) << recording_error_of(program());
}

}  // namespace
}  // namespace wedge::supervise
