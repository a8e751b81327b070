// Rung `rr`: skipped with the reason where rr is missing or cannot record; with a stand-in for rr, what wedge itself
// does around it.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

namespace fs = std::filesystem;

// Records nothing, but leaves the folder and ends as the program does.
constexpr const char* willing_rr = R"(#!/bin/sh
[ "$1" = record ] && [ "$2" = --chaos ] && [ "$3" = -o ] || exit 90
mkdir "$4" || exit 91
shift 4
exec "$@"
)";

constexpr const char* unwilling_rr = R"(#!/bin/sh
echo "[FATAL src/PerfCounters.cc:317] Unable to open performance counter with 'perf_event_open'; are perf events enabled?" >&2
exit 1
)";

class RrRung : public testing::Test {
 protected:
  void SetUp() override {
    build_all({{own_source("programs/sometimes.cpp"), "g++", Level::plain, folder_ / "sometimes", {}}});
  }

  void put_rr(const char* script) {
    fs::create_directories(folder_ / "bin");
    write_text(folder_ / "bin/rr", script);
    fs::permissions(folder_ / "bin/rr", fs::perms::owner_all);
  }

  Finished run(const Words& arguments, const std::string& path) {
    Words words{"run", folder_ / "sometimes", "--rung", "rr", "--executions", "200", "--out", out_.path(), "--"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return wedge(words, {{"PATH", path}});
  }
  std::string with_rr() const { return folder_ / "bin" + ":" + std::getenv("PATH"); }

  Folder folder_;
  Folder out_;
};

TEST_F(RrRung, is_skipped_where_rr_is_not_installed) {
  const Finished run = this->run({"crash"}, "/nonexistent");
  EXPECT_EQ(run.status, 77) << run.output << run.errors;
  EXPECT_TRUE(contains(run.errors, "rr is not installed")) << run.errors;
  EXPECT_TRUE(contains(result_in(out_.path()).skipped, "rr is not installed"));
  EXPECT_EQ(result_in(out_.path()).rung, "rr");
}

TEST_F(RrRung, is_skipped_where_rr_cannot_read_the_counters_with_its_own_words) {
  put_rr(unwilling_rr);
  const Finished run = this->run({"crash"}, with_rr());
  EXPECT_EQ(run.status, 77) << run.output << run.errors;
  EXPECT_TRUE(contains(run.errors, "counters cannot be read")) << run.errors;
  EXPECT_TRUE(contains(run.errors, "Unable to open performance counter")) << run.errors;
}

TEST_F(RrRung, keeps_the_recording_of_the_execution_that_failed_and_no_other) {
  put_rr(willing_rr);
  const Finished run = this->run({"exit_status"}, with_rr());
  EXPECT_EQ(run.status, 1) << run.output << run.errors;
  const model::VariantResult variant = only_variant(out_.path());
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_TRUE(contains(variant.findings.front().text, "status 5")) << variant.findings.front().text;
  EXPECT_TRUE(contains(variant.findings.front().confirmed, "recorded; seen 1 of ")) << run.output;
  const std::size_t at = run.output.find("rr replay ");
  ASSERT_NE(at, std::string::npos) << run.output;
  const std::string folder = run.output.substr(at + 10, run.output.find('\n', at) - at - 10);
  EXPECT_TRUE(fs::is_directory(folder)) << folder;
  int kept = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(out_ / "recordings")) ++kept;
  EXPECT_EQ(kept, 1);
}

TEST_F(RrRung, keeps_nothing_of_what_passes) {
  put_rr(willing_rr);
  const Finished run = this->run({"exit"}, with_rr());
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(only_variant(out_.path()).executions, 200U);
  EXPECT_TRUE(fs::is_empty(out_ / "recordings"));
}

}  // namespace
}  // namespace wedge::e2e
