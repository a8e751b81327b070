// What is written for machines fits its schema, and the schemas notice what does not.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <nlohmann/json.hpp>

#include "harness/model/hang_json.h"
#include "harness/model/sample_hang.h"
#include "harness/model/sample_streams.h"
#include "harness/model/sample_trace.h"
#include "reports/junit.h"
#include "reports/render.h"
#include "reports/sample_result.h"

namespace wedge::reports {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Checked {
  int status = -1;
  std::string says;
};

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wedge-schema-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  Checked run(const std::string& command) const {
    const std::string output = folder_ + "/output";
    const int status = std::system((command + " >'" + output + "' 2>&1").c_str());
    std::ostringstream text;
    text << std::ifstream(output).rdbuf();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str()};
  }

  // All in one go: the interpreter takes longer to start than to check.
  Checked json(const std::string& schema, const std::vector<std::string>& texts) const {
    std::string command = "python3 '" WEDGE_SCHEMAS "/validate.py' '" WEDGE_SCHEMAS "/" + schema + "'";
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string path = folder_ + "/file" + std::to_string(i);
      std::ofstream(path, std::ios::binary) << texts[i];
      command += " '" + path + "'";
    }
    return run(command);
  }

  Checked xml(const std::string& schema, const std::string& text) const {
    if (run("command -v xmllint").status != 0) return {77, "xmllint is not installed; scripts/setup installs it"};
    std::ofstream(folder_ + "/file", std::ios::binary) << text;
    return run("xmllint --noout --nonet --schema '" WEDGE_SCHEMAS "/" + schema + "' '" + folder_ + "/file'");
  }

  std::string folder_;
};

#define EXPECT_VALID(check)                                 \
  do {                                                      \
    const Checked checked = (check);                        \
    if (checked.status == 77) GTEST_SKIP() << checked.says; \
    EXPECT_EQ(checked.status, 0) << checked.says;           \
  } while (false)

#define EXPECT_INVALID(check)                               \
  do {                                                      \
    const Checked checked = (check);                        \
    if (checked.status == 77) GTEST_SKIP() << checked.says; \
    EXPECT_NE(checked.status, 0);                           \
  } while (false)

constexpr const char* result_schema = "wedge-result-1.schema.json";
constexpr const char* trace_schema = "wedge-trace-1.schema.json";
constexpr const char* hang_schema = "wedge-hang-1.schema.json";
constexpr const char* sarif_schema = "sarif-2.1.0-as-written.schema.json";
constexpr const char* junit_schema = "junit-as-written.xsd";

std::string sample_log() {
  model::RunResult result = sample_result();
  result.variants[0].as_declared = false;
  model::VariantResult hung = sample_variant("ingest/queue", "as-found", Outcome::pass);
  fail(hung, sample_finding(Outcome::hang, "", "queue"), false);
  hung.findings[0].hang = "hangs/queue.hang.json";
  result.variants.push_back(hung);
  model::Trace trace = model::sample_deadlock();
  for (std::uint64_t step = 10; step < 3000; ++step)
    trace.events.push_back(model::sample_event(step, step % 3, model::Operation::lock, 1 + step % 2, 1 + step % 4));
  trace.stacks[4].place.file = "/usr/src/other dir/a&b.cpp";
  const Sources sources{[&](const std::string&) -> std::optional<model::Trace> { return trace; },
                        [](const std::string&) -> std::optional<model::Hang> { return model::sample_hang(); },
                        "/home/me"};
  return sarif(result, sources);
}

TEST_F(Schema, of_results) {
  EXPECT_VALID(json(result_schema, {model::write_result(sample_result()), model::write_result(sample_skipped_rung())}));
  EXPECT_VALID(json(result_schema, {model::write_result(sample_exhausted())}));
  EXPECT_EQ(model::read_result(model::write_result(sample_exhausted())), sample_exhausted());
  Json wrong = Json::parse(model::write_result(sample_exhausted()));
  wrong["variants"][1]["exhaust"]["cut"][0] = "patience";
  EXPECT_INVALID(json(result_schema, {wrong.dump()}));
  wrong = Json::parse(model::write_result(sample_result()));
  wrong["variants"][0]["outcome"] = "slow";
  EXPECT_INVALID(json(result_schema, {wrong.dump()}));
}

TEST_F(Schema, of_traces) {
  model::Trace trace = model::sample_deadlock();
  std::vector<std::string> texts{model::write_trace(trace)};
  trace.analysis.reset();
  trace.choices.assign(1000, 3);
  trace.outcome = Outcome::crash;
  texts.push_back(model::write_trace(trace));
  for (std::size_t fault = 0; fault < model::memory_fault_names.size(); ++fault) {
    trace.memory = model::sample_memory(static_cast<model::MemoryFault>(fault));
    texts.push_back(model::write_trace(trace));
  }
  EXPECT_VALID(json(trace_schema, texts));
  Json wrong = Json::parse(model::write_trace(trace));
  wrong["events"][0].push_back(1);
  EXPECT_INVALID(json(trace_schema, {wrong.dump()}));
}

// Else the schema would be found out of date by somebody else.
TEST_F(Schema, of_traces_knows_every_operation_and_kind) {
  model::Trace trace = model::sample_deadlock();
  trace.events.clear();
  for (std::size_t i = 0; i < model::operation_names.size(); ++i)
    trace.events.push_back(model::sample_event(i, 0, static_cast<model::Operation>(i), 1, 1));
  for (std::uint32_t i = 0; i < model::object_kind_names.size(); ++i)
    trace.objects[10 + i] = model::sample_object(static_cast<model::ObjectKind>(i), "");
  EXPECT_VALID(json(trace_schema, {model::write_trace(trace)}));
}

TEST_F(Schema, of_hangs) {
  EXPECT_VALID(json(hang_schema, {model::write_hang(model::sample_hang()),
                                  model::write_hang(model::sample_mutex_hang()), model::write_hang({})}));
  Json wrong = Json::parse(model::write_hang(model::sample_hang()));
  wrong["processes"][0]["threads"][0].erase("wait");
  EXPECT_INVALID(json(hang_schema, {wrong.dump()}));
}

TEST_F(Schema, of_hangs_knows_every_class_and_wait) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(model::WaitKind::count_); ++i) {
    model::Hang hang = model::sample_hang();
    hang.verdict.hang_class = static_cast<model::HangClass>(i % static_cast<std::size_t>(model::HangClass::count_));
    hang.processes[0].threads[0].wait.kind = static_cast<model::WaitKind>(i);
    texts.push_back(model::write_hang(hang));
  }
  EXPECT_VALID(json(hang_schema, texts));
}

TEST_F(Schema, of_streams_in_traces_and_hangs) {
  model::Trace trace = model::sample_deadlock();
  trace.streams = model::sample_streams();
  model::Hang hang = model::sample_hang();
  hang.streams = {model::sample_streams(false)};
  EXPECT_VALID(json(trace_schema, {model::write_trace(trace)}));
  EXPECT_VALID(json(hang_schema, {model::write_hang(hang)}));
  Json wrong = Json::parse(model::write_trace(trace));
  wrong["streams"]["streams"][0]["operations"][0]["state"] = "busy";
  EXPECT_INVALID(json(trace_schema, {wrong.dump()}));
  wrong = Json::parse(model::write_hang(hang));
  wrong["streams"][0].erase("calls");
  EXPECT_INVALID(json(hang_schema, {wrong.dump()}));
}

TEST_F(Schema, of_sarif) {
  EXPECT_VALID(json(sarif_schema, {sample_log()}));
  Json wrong = Json::parse(sample_log());
  wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "/home/me/a.cpp";
  EXPECT_INVALID(json(sarif_schema, {wrong.dump()}));
}

// What a schema cannot say: that indexes lead to the rule meant, and that the order of execution is one.
TEST_F(Schema, of_sarif_and_its_references) {
  const Json log = Json::parse(sample_log());
  const Json& run = log["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  for (const Json& result : run["results"]) {
    EXPECT_EQ(rules.at(result["ruleIndex"].get<std::size_t>())["id"], result["ruleId"]);
    if (!result.contains("codeFlows")) continue;
    std::set<int> order;
    std::size_t locations = 0;
    for (const Json& flow : result["codeFlows"][0]["threadFlows"]) {
      int last = 0;
      for (const Json& location : flow["locations"]) {
        ++locations;
        EXPECT_GT(location["executionOrder"].get<int>(), last);
        last = location["executionOrder"];
        order.insert(last);
      }
    }
    EXPECT_EQ(order.size(), locations);
    EXPECT_EQ(*order.begin(), 1);
    EXPECT_EQ(*order.rbegin(), static_cast<int>(locations));
    EXPECT_LE(locations, 1000U);
  }
}

TEST_F(Schema, of_junit) {
  EXPECT_VALID(xml(junit_schema, junit(sample_result())));
  EXPECT_VALID(xml(junit_schema, junit(sample_skipped_rung())));
  EXPECT_VALID(xml(junit_schema, junit({})));
  std::string wrong = junit(sample_result());
  wrong.replace(wrong.find("<failure message="), 17, "<failure massage=");
  EXPECT_INVALID(xml(junit_schema, wrong));
  wrong = junit(sample_result());
  wrong.replace(wrong.find("]]&gt;"), 6, "\x01&lt;x>");
  EXPECT_INVALID(xml(junit_schema, wrong));
}

}  // namespace
}  // namespace wedge::reports
