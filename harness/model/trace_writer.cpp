// A trace as JSON: one line per task, object, stack and event, so that two traces can be compared with diff.
#include "harness/model/streams_json.h"
#include "harness/model/trace_json.h"

#include "harness/model/checksum.h"
#include "harness/model/choices_codec.h"

namespace wedge::model {
namespace {

constexpr std::size_t readable_choices = 64;

// Numbers that stand for "none" become null, which a reader understands without this header.
Json task_number(std::uint16_t task) { return task == no_task ? Json() : Json(task); }

Json json_of(const std::vector<RacePair>& races) {
  Json rows = Json::array();
  for (const RacePair& pair : races)
    rows.push_back(Json::array({pair.one.module, pair.one.offset, pair.other.module, pair.other.offset}));
  return rows;
}

Json json_of(const Recipe& recipe) {
  return {{"program", recipe.program},
          {"arguments", recipe.arguments},
          {"build_id", recipe.build_id},
          {"scenario", recipe.scenario},
          {"variant", recipe.variant},
          {"strategy", recipe.strategy},
          {"seed", recipe.seed},
          {"execution", recipe.execution},
          {"max_steps", recipe.max_steps},
          {"hint_steps", recipe.hint_steps},
          {"hint_tasks", recipe.hint_tasks},
          {"strategy_depth", recipe.strategy_depth},
          {"flags", recipe.flags},
          {"mutation", recipe.mutation},
          {"carrier", carrier_names[static_cast<std::size_t>(recipe.carrier)]},
          {"portfolio", recipe.portfolio},
          {"races", json_of(recipe.races)},
          {"directed", recipe.directed}};
}

Json json_of(const TaskRecord& task) {
  return {{"id", task.id},
          {"parent", task_number(task.parent)},
          {"name", std::string(task.name, strnlen(task.name, sizeof task.name))},
          {"state", task_state_names[static_cast<std::size_t>(task.state)]},
          {"operation", name_of(task.operation)},
          {"object", task.object},
          {"stack", task.stack},
          {"mutex", task.mutex},
          {"since_step", task.since_step},
          {"create_stack", task.create_stack},
          {"detached", task.detached},
          {"has_deadline", task.has_deadline}};
}

Json json_of(std::uint32_t id, const Object& object) {
  const ObjectRecord& record = object.record;
  Json holders = Json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(record.holders, std::size(record.holder)); ++i)
    holders.push_back(record.holder[i]);
  return {{"id", id},
          {"kind", name_of(record.kind)},
          {"name", object.name},
          {"flavour", record.flavour},
          {"owner", task_number(record.owner)},
          {"owner_since", record.owner_since},
          {"owner_stack", record.owner_stack},
          {"last_signaller", task_number(record.last_signaller)},
          {"last_woken", task_number(record.last_woken)},
          {"last_woken_count", record.last_woken_count},
          {"last_signal_step", record.last_signal_step},
          {"signal_stack", record.signal_stack},
          {"waiters", record.waiters},
          {"holders", record.holders},
          {"holder", holders},
          {"value", record.value},
          {"first_step", record.first_step},
          {"module", record.module == no_module ? Json() : Json(record.module)},
          {"memory", memory_kind_names[static_cast<std::size_t>(record.memory)]},
          {"offset", record.offset}};
}

Json json_of(const RaceAccess& access) {
  return {{"task", access.task}, {"writes", access.writes}, {"atomic", access.atomic}, {"frees", access.frees},
          {"step", access.step}, {"stack", access.stack},   {"locks", access.locks},   {"lock", access.lock}};
}

Json json_of(const Race& race) {
  return {{"earlier", json_of(race.earlier)},
          {"later", json_of(race.later)},
          {"bytes", race.bytes},
          {"memory", memory_kind_names[static_cast<std::size_t>(race.memory)]},
          {"owner", task_number(race.owner)},
          {"module", race.module == no_module ? Json() : Json(race.module)},
          {"offset", race.offset},
          {"name", race.name},
          {"block_kind", block_kind_names.at(static_cast<std::size_t>(race.block_kind))},
          {"block_size", race.block_size},
          {"block_stack", race.block_stack},
          {"known", race.known},
          {"benign", race.benign}};
}

Json json_of(const Place& place) { return Json::array({place.function, place.file, place.line, place.system}); }

Json json_of(std::uint32_t id, const Stack& stack) {
  Json frames = Json::array();
  for (const Frame& frame : stack.frames) {
    Json places = Json::array();
    for (const Place& place : frame.places) places.push_back(json_of(place));
    frames.push_back({{"module", frame.module}, {"offset", frame.offset}, {"places", places}});
  }
  return {{"id", id}, {"place", json_of(stack.place)}, {"frames", frames}};
}

Json json_of(const EventRecord& event) {
  return Json::array({event.step, event.virtual_ns, event.task, name_of(event.operation), event.object,
                      event.has_result != 0 ? Json(event.result) : Json(), event.stack, event.enabled_hash,
                      event.enabled_count, task_number(event.previous), event.note});
}

Json json_of_events(const Trace& trace) {
  Json rows = Json::array();
  for (const EventRecord& event : trace.events) rows.push_back(json_of(event));
  return rows;
}

template <typename Map>
Json json_of_map(const Map& map) {
  Json rows = Json::array();
  for (const auto& [id, value] : map) rows.push_back(json_of(id, value));
  return rows;
}

Json json_of_choices(const std::vector<ChoiceEntry>& choices) {
  if (choices.size() <= readable_choices) return choices;
  return pack_choices(choices);
}

Json json_of(const Misuse& misuse) {
  return {{"kind", name_of(misuse.kind)},
          {"object", misuse.object},
          {"task", task_number(misuse.task)},
          {"step", misuse.step},
          {"stack", misuse.stack}};
}

Json json_of(const EssentialSwitch& essential) {
  return {{"kind", name_of(essential.kind)},
          {"step", essential.step},
          {"from", essential.from},
          {"to", essential.to},
          {"without", name_of(essential.without)},
          {"text_without", essential.text_without}};
}

Json json_of(const Analysis& analysis) {
  Json switches = Json::array();
  for (const EssentialSwitch& essential : analysis.switches) switches.push_back(json_of(essential));
  return {{"minimised", analysis.minimised},
          {"steps_before", analysis.steps_before},
          {"switches_before", analysis.switches_before},
          {"candidates", analysis.candidates},
          {"complete", analysis.complete},
          {"switches", switches},
          {"rate",
           {{"failures", analysis.rate.failures},
            {"executions", analysis.rate.executions},
            {"low", analysis.rate.low},
            {"high", analysis.rate.high}}}};
}

Json json_of(const MemoryRecord& memory) {
  Json leaks = Json::array();
  for (std::size_t i = 0; i < std::min(memory.leak_count, max_leaks); ++i)
    leaks.push_back({{"stack", memory.leaks[i].stack},
                     {"task", task_number(memory.leaks[i].task)},
                     {"blocks", memory.leaks[i].blocks},
                     {"bytes", memory.leaks[i].bytes}});
  return {{"fault", memory_fault_names.at(static_cast<std::size_t>(memory.fault))},
          {"kind", block_kind_names.at(static_cast<std::size_t>(memory.kind))},
          {"freed_as", block_kind_names.at(static_cast<std::size_t>(memory.freed_as))},
          {"writes", memory.writes != 0},
          {"size", memory.size},
          {"offset", memory.offset},
          {"access_size", memory.access_size},
          {"allocated_by", task_number(memory.allocated_by)},
          {"allocated_step", memory.allocated_step},
          {"allocated_stack", memory.allocated_stack},
          {"freed_by", task_number(memory.freed_by)},
          {"freed_step", memory.freed_step},
          {"freed_stack", memory.freed_stack},
          {"leaked_blocks", memory.leaked_blocks},
          {"leaked_bytes", memory.leaked_bytes},
          {"leaks", leaks}};
}

Json json_of(const std::map<std::uint16_t, std::uint32_t>& kernel_stacks) {
  Json rows = Json::array();
  for (const auto& [task, stack] : kernel_stacks) rows.push_back(Json::array({task, stack}));
  return rows;
}

void add_outcome(Json& json, const Trace& trace) {
  json["outcome"] = name_of(trace.outcome);
  json["text"] = trace.text;
  json["fingerprint"] = trace.fingerprint;
  json["confirmation"] = {{"same", trace.confirmation.same},
                          {"attempts", trace.confirmation.attempts},
                          {"remark", trace.confirmation.remark}};
  json["signal"] = trace.signal;
  json["exit_status"] = trace.exit_status;
  json["task"] = trace.task;
  json["stack"] = trace.stack;
  json["confirmed_cycle"] = trace.confirmed_cycle;
  json["cycle"] = trace.cycle;
  if (trace.round_since != no_round) json["round_since"] = trace.round_since;
  if (trace.misuse.kind != MisuseKind::none) json["misuse"] = json_of(trace.misuse);
  json["steps"] = trace.steps;
  json["virtual_ns"] = trace.virtual_ns;
  json["diverged_at"] = trace.diverged_at;
}

Json json_of(const Trace& trace) {
  Json json;
  json["schema"] = trace_schema;
  json["wedge"] = trace.wedge;
  json["recipe"] = json_of(trace.recipe);
  add_outcome(json, trace);
  if (trace.memory) json["memory"] = json_of(*trace.memory);
  if (trace.streams) json["streams"] = json_of(*trace.streams);
  json["analysis"] = trace.analysis ? json_of(*trace.analysis) : Json();
  json["kernel_stacks"] = json_of(trace.kernel_stacks);
  Json modules = Json::array();
  for (const Module& module : trace.modules) modules.push_back({{"path", module.path}, {"build_id", module.build_id}});
  json["modules"] = modules;
  Json tasks = Json::array();
  for (const TaskRecord& task : trace.tasks) tasks.push_back(json_of(task));
  json["tasks"] = tasks;
  json["objects"] = json_of_map(trace.objects);
  json["stacks"] = json_of_map(trace.stacks);
  json["notes"] = trace.notes;
  Json races = Json::array();
  for (const Race& race : trace.races) races.push_back(json_of(race));
  json["races"] = races;
  json["choices"] = json_of_choices(trace.choices);
  json["events_total"] = trace.events_total;
  json["events_hash"] = trace.events_hash;
  json["event_fields"] = {"step",  "virtual_ns",   "task",          "operation", "object", "result",
                          "stack", "enabled_hash", "enabled_count", "previous",  "note"};
  json["events"] = json_of_events(trace);
  return json;
}

void put_member(std::string& text, const std::string& key, const Json& value) {
  text += dump(Json(key)) + ": ";
  const bool rows = value.is_array() && !value.empty() && value.front().is_structured();
  if (!rows) {
    text += dump(value);
    return;
  }
  text += "[\n";
  for (std::size_t i = 0; i < value.size(); ++i) text += dump(value[i]) + (i + 1 < value.size() ? ",\n" : "\n");
  text += "]";
}

}  // namespace

std::string checksum_of(const Json& document) {
  Checksum checksum;
  for (const auto& [key, value] : document.items()) {
    if (key == checksum_key) continue;
    checksum.add(dump(Json(key)));
    checksum.add(dump(value));
  }
  return checksum.hex();
}

std::string document_text(Json document) {
  document[std::string(checksum_key)] = checksum_of(document);
  std::string text = "{\n";
  std::size_t left = document.size();
  for (const auto& [key, value] : document.items()) {
    put_member(text, key, value);
    text += --left > 0 ? ",\n" : "\n";
  }
  return text + "}\n";
}

std::string write_trace(const Trace& trace) { return document_text(json_of(trace)); }

}  // namespace wedge::model
