// Writes and reads result.json.
#include "harness/model/result.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace wedge::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "wedge-result/1";

Json json_of(const FindingResult& finding) {
  return {{"outcome", name_of(finding.outcome)},
          {"fingerprint", finding.fingerprint},
          {"execution", finding.execution},
          {"steps", finding.steps},
          {"text", finding.text},
          {"place", finding.place},
          {"trace", finding.trace},
          {"hang", finding.hang},
          {"report", finding.report},
          {"confirmed", finding.confirmed}};
}

Json json_of(const Residual& residual) {
  return {{"strategy", residual.strategy},
          {"executions", residual.executions},
          {"risk", residual.risk},
          {"switch_pairs", residual.switch_pairs},
          {"new_in_last_tenth", residual.new_in_last_tenth ? Json(*residual.new_in_last_tenth) : Json()}};
}

Json json_of(const ExhaustClaim& claim) {
  return {{"over", claim.over},
          {"sees_atomics", claim.sees_atomics},
          {"sees_races", claim.sees_races},
          {"racing", claim.racing},
          {"bound", claim.bound},
          {"traces", claim.traces},
          {"redundant", claim.redundant},
          {"longest", claim.longest},
          {"left", claim.left ? Json(*claim.left) : Json()},
          {"cut", claim.cut}};
}

ExhaustClaim claim_from(const Json& json) {
  ExhaustClaim claim;
  json.at("over").get_to(claim.over);
  json.at("sees_atomics").get_to(claim.sees_atomics);
  claim.sees_races = json.value("sees_races", false);
  claim.racing = json.value("racing", std::uint64_t{0});
  json.at("bound").get_to(claim.bound);
  json.at("traces").get_to(claim.traces);
  json.at("redundant").get_to(claim.redundant);
  json.at("longest").get_to(claim.longest);
  if (!json.at("left").is_null()) claim.left = json.at("left").get<std::uint64_t>();
  json.at("cut").get_to(claim.cut);
  return claim;
}

Json json_of(const VariantResult& variant) {
  Json findings = Json::array();
  for (const FindingResult& finding : variant.findings) findings.push_back(json_of(finding));
  Json benign = Json::array();
  for (const BenignRace& race : variant.benign) benign.push_back({{"text", race.text}, {"reason", race.reason}});
  Json json = {{"target", variant.target},
               {"scenario", variant.scenario},
               {"variant", variant.variant},
               {"title", variant.title},
               {"source", variant.source},
               {"expected", name_of(variant.expected)},
               {"expected_text", variant.expected_text},
               {"outcome", name_of(variant.outcome)},
               {"as_declared", variant.as_declared},
               {"executions", variant.executions},
               {"first_failure", variant.first_failure ? Json(*variant.first_failure) : Json()},
               {"failures", variant.failures},
               {"predicted", variant.predicted},
               {"directed", variant.directed},
               {"left_out", variant.left_out},
               {"residual", variant.residual ? json_of(*variant.residual) : Json()},
               {"expected_races", variant.expected_races},
               {"benign", benign},
               {"findings", findings}};
  if (variant.too_rare) json["too_rare"] = true;
  if (variant.exhaust) json["exhaust"] = json_of(*variant.exhaust);
  return json;
}

Outcome outcome_in(const Json& json) {
  const auto outcome = outcome_from(json.get_ref<const std::string&>());
  if (!outcome) throw std::runtime_error("it names an outcome that does not exist");
  return *outcome;
}

FindingResult finding_from(const Json& json) {
  FindingResult finding;
  finding.outcome = outcome_in(json.at("outcome"));
  json.at("fingerprint").get_to(finding.fingerprint);
  json.at("execution").get_to(finding.execution);
  json.at("steps").get_to(finding.steps);
  json.at("text").get_to(finding.text);
  json.at("place").get_to(finding.place);
  json.at("trace").get_to(finding.trace);
  json.at("hang").get_to(finding.hang);
  json.at("report").get_to(finding.report);
  json.at("confirmed").get_to(finding.confirmed);
  return finding;
}

Residual residual_from(const Json& json) {
  Residual residual;
  json.at("strategy").get_to(residual.strategy);
  json.at("executions").get_to(residual.executions);
  json.at("risk").get_to(residual.risk);
  json.at("switch_pairs").get_to(residual.switch_pairs);
  if (!json.at("new_in_last_tenth").is_null())
    residual.new_in_last_tenth = json.at("new_in_last_tenth").get<std::uint64_t>();
  return residual;
}

VariantResult variant_from(const Json& json) {
  VariantResult variant;
  json.at("target").get_to(variant.target);
  json.at("scenario").get_to(variant.scenario);
  json.at("variant").get_to(variant.variant);
  variant.title = json.value("title", "");
  variant.source = json.value("source", "");
  variant.expected = outcome_in(json.at("expected"));
  json.at("expected_text").get_to(variant.expected_text);
  variant.outcome = outcome_in(json.at("outcome"));
  json.at("as_declared").get_to(variant.as_declared);
  json.at("executions").get_to(variant.executions);
  if (!json.at("first_failure").is_null()) variant.first_failure = json.at("first_failure").get<std::uint64_t>();
  json.at("failures").get_to(variant.failures);
  if (json.contains("exhaust")) variant.exhaust = claim_from(json.at("exhaust"));
  variant.predicted = json.value("predicted", std::uint64_t{0});
  variant.directed = json.value("directed", std::uint64_t{0});
  variant.left_out = json.value("left_out", "");
  if (json.contains("residual") && !json.at("residual").is_null())
    variant.residual = residual_from(json.at("residual"));
  variant.expected_races = json.value("expected_races", false);
  variant.too_rare = json.value("too_rare", false);
  if (json.contains("benign"))
    for (const Json& race : json["benign"]) variant.benign.push_back({race.at("text"), race.at("reason")});
  for (const Json& finding : json.at("findings")) variant.findings.push_back(finding_from(finding));
  return variant;
}

}  // namespace

std::string write_result(const RunResult& result) {
  Json variants = Json::array();
  for (const VariantResult& variant : result.variants) variants.push_back(json_of(variant));
  const Json json = {{"schema", schema},
                     {"wedge", result.wedge},
                     {"seed", result.seed},
                     {"strategy", result.strategy},
                     {"strategy_depth", result.strategy_depth},
                     {"carrier", result.carrier},
                     {"rung", result.rung},
                     {"skipped", result.skipped},
                     {"interrupted", result.interrupted},
                     {"variants", variants}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

RunResult read_result(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("schema") != schema) throw std::runtime_error("it has another schema than " + std::string(schema));
    RunResult result;
    json.at("wedge").get_to(result.wedge);
    json.at("seed").get_to(result.seed);
    json.at("strategy").get_to(result.strategy);
    json.at("strategy_depth").get_to(result.strategy_depth);
    json.at("carrier").get_to(result.carrier);
    json.at("rung").get_to(result.rung);
    json.at("skipped").get_to(result.skipped);
    json.at("interrupted").get_to(result.interrupted);
    for (const Json& variant : json.at("variants")) result.variants.push_back(variant_from(variant));
    return result;
  } catch (const Json::exception& error) {
    throw std::runtime_error(std::string("it is not a result of wedge (") + error.what() + ")");
  }
}

}  // namespace wedge::model
