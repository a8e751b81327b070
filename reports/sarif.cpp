// Builds the SARIF log object by object, in the words of its specification.
#include "reports/sarif.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/escape.h"
#include "reports/hang_words.h"
#include "reports/hints.h"
#include "reports/interleaving.h"
#include "reports/shell.h"
#include "reports/source_path.h"
#include "reports/summary.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

using Json = nlohmann::ordered_json;
using model::FindingResult;
using model::VariantResult;

constexpr std::size_t longest_message = 2000;
constexpr std::string_view schema_uri =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr const char* base = "SRCROOT";

Json message(std::string_view text) { return {{"text", printable_lines(shortened_to(text, longest_message))}}; }

// "LostWakeup", as rules are called.
std::string rule_name(std::string_view outcome) {
  std::string name;
  bool capital = true;
  for (char letter : outcome) {
    if (letter == '-') {
      capital = true;
      continue;
    }
    name += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
    capital = false;
  }
  return name;
}

struct Rule {
  std::string id;
  std::string what;
  std::string_view hint;
};

Rule rule_for(Outcome outcome) {
  const std::string name(name_of(outcome));
  return {name, fmt::format("Wedge found an execution that ends in {}.", name), hint_for(outcome)};
}

// "hang-lost-wakeup": hangs are told apart by their class.
Rule rule_for(model::HangClass hang_class) {
  const std::string name(model::name_of(hang_class));
  std::string id = "hang-" + name;
  for (char& letter : id)
    letter = std::isalnum(static_cast<unsigned char>(letter)) != 0
                 ? static_cast<char>(std::tolower(static_cast<unsigned char>(letter)))
                 : '-';
  return {id, fmt::format("Wedge found a hang of the class {}.", name), hint_for(hang_class)};
}

Json json_of(const Rule& rule) {
  return {{"id", rule.id},
          {"name", rule_name(rule.id)},
          {"shortDescription", {{"text", rule.what}}},
          {"help", {{"text", rule.hint}}},
          {"defaultConfiguration", {{"level", "error"}}}};
}

std::string finding_message(const VariantResult& variant, const FindingResult& finding) {
  std::string text = fmt::format("{}: {}", variant_name(variant), name_of(finding.outcome));
  return finding.text.empty() ? text : text + ": " + finding.text;
}

}  // namespace

struct Sarif::State {
  const model::RunResult& result;
  std::string root;
  std::vector<Rule> rules;
  Json results = Json::array();

  std::size_t index_of(const Rule& rule) {
    const auto found = std::ranges::find(rules, rule.id, &Rule::id);
    if (found != rules.end()) return static_cast<std::size_t>(found - rules.begin());
    rules.push_back(rule);
    return rules.size() - 1;
  }

  Json artifact(const std::string& file) const {
    if (const auto inside = relative_to(root, file)) return {{"uri", uri_path(*inside)}, {"uriBaseId", base}};
    return {{"uri", (file.starts_with('/') ? "file://" : "") + uri_path(file)}};
  }

  Json location(const std::string& file, std::uint32_t line) const {
    Json physical{{"artifactLocation", artifact(file)}};
    if (line > 0) physical["region"] = {{"startLine", line}};
    return {{"physicalLocation", physical}};
  }

  Json location(const model::Place& place) const {
    Json json = place.file.empty() ? Json::object() : location(place.file, place.line);
    if (!place.function.empty())
      json["logicalLocations"] =
          Json::array({{{"fullyQualifiedName", printable(place.function)}, {"kind", "function"}}});
    return json;
  }

  Json finding_json(const VariantResult& variant, const FindingResult& finding, const Rule& rule) {
    Json json{{"ruleId", rule.id},
              {"ruleIndex", index_of(rule)},
              {"level", "error"},
              {"message", message(finding_message(variant, finding))}};
    const SourceLine at = source_line(finding.place);
    if (!at.file.empty()) json["locations"] = Json::array({location(at.file, at.line)});
    json["partialFingerprints"] = {{"wedgeFinding/v1", finding.fingerprint}};
    Json properties{{"variant", printable(variant_name(variant))},
                    {"execution", finding.execution},
                    {"steps", finding.steps},
                    {"confirmed", finding.confirmed}};
    if (!finding.trace.empty()) properties["replay"] = shell_line({"wedge", "repro", finding.trace});
    if (!finding.report.empty()) properties["report"] = finding.report;
    json["properties"] = properties;
    return json;
  }

  Json flow_location(const model::Trace& trace, const Words& words, const Happening& happening,
                     std::size_t order) const {
    const model::Stack* stack = model::stack_of(trace, happening.event.stack);
    Json at = stack == nullptr ? Json::object() : location(stack->place);
    const std::string who = happening.event.task == model::no_task ? "the clock" : words.task(happening.event.task);
    at["message"] = message(fmt::format("{} {}", who, happening.text));
    Json json{{"location", at}, {"executionOrder", order}};
    if (is_essential(trace, happening)) json["importance"] = "essential";
    return json;
  }

  static bool is_essential(const model::Trace& trace, const Happening& happening) {
    if (!trace.analysis) return false;
    const auto here = [&](const model::EssentialSwitch& at) {
      return at.kind == model::SwitchKind::task && at.step == happening.event.step && at.to == happening.event.task;
    };
    return std::ranges::any_of(trace.analysis->switches, here);
  }

  // One thread flow per task; the order of execution runs through all of them.
  Json code_flow(const model::Trace& trace) const {
    const Words words(trace);
    const std::vector<Happening> all = happenings(trace, words);
    const std::size_t first = all.size() > most_flow_locations ? all.size() - most_flow_locations : 0;
    std::map<std::uint16_t, Json> flows;
    for (std::size_t i = first; i < all.size(); ++i) {
      Json& flow = flows.try_emplace(all[i].event.task, Json::array()).first->second;
      flow.push_back(flow_location(trace, words, all[i], i - first + 1));
    }
    Json threads = Json::array();
    for (const auto& [task, locations] : flows) {
      const std::string id = task == model::no_task ? "clock" : fmt::format("task {}", task);
      threads.push_back({{"id", id}, {"locations", locations}});
    }
    if (threads.empty()) return {};
    Json flow{{"threadFlows", threads}};
    if (first > 0)
      flow["message"] = message(fmt::format("The last {} of {} things that happened.", all.size() - first, all.size()));
    return flow;
  }

  void use_as_location(Json& json, const model::Place& place) const {
    if (!json.contains("locations") && !place.file.empty()) json["locations"] = Json::array({location(place)});
  }
};

Sarif::Sarif(const model::RunResult& result, std::string root)
    : state_(new State{result, std::move(root), {}, Json::array()}) {}
Sarif::~Sarif() = default;

void Sarif::add(const VariantResult& variant, const FindingResult& finding) {
  state_->results.push_back(state_->finding_json(variant, finding, rule_for(finding.outcome)));
}

void Sarif::add(const VariantResult& variant, const FindingResult& finding, const model::Trace& trace) {
  Json json = state_->finding_json(variant, finding, rule_for(finding.outcome));
  Json flow = state_->code_flow(trace);
  if (!flow.is_null()) json["codeFlows"] = Json::array({std::move(flow)});
  state_->results.push_back(std::move(json));
}

void Sarif::add(const VariantResult& variant, const FindingResult& finding, const model::Hang& hang) {
  Json json = state_->finding_json(variant, finding, rule_for(hang.verdict.hang_class));
  json["message"] = message(fmt::format("{}: hang: {}", variant_name(variant), headline(hang)));
  for (const ThreadOfProcess& of : threads_by_weight(hang))
    if (of.thread->stack < hang.stacks.size()) state_->use_as_location(json, hang.stacks[of.thread->stack].place);
  state_->results.push_back(std::move(json));
}

std::string Sarif::text() const {
  Json rules = Json::array();
  for (const Rule& rule : state_->rules) rules.push_back(json_of(rule));
  const Json driver{{"name", "Wedge"}, {"version", state_->result.wedge}, {"rules", rules}};
  const Json root_base{{"description", {{"text", "The folder of the checkout."}}}};
  const Json run{{"tool", {{"driver", driver}}},
                 {"invocations", Json::array({{{"executionSuccessful", !state_->result.interrupted}}})},
                 {"originalUriBaseIds", {{base, root_base}}},
                 {"columnKind", "unicodeCodePoints"},
                 {"results", state_->results}};
  const Json log{{"version", "2.1.0"}, {"$schema", schema_uri}, {"runs", Json::array({run})}};
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wedge::reports
