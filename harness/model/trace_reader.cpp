// Reads a trace back, and says in one sentence what is wrong with a file that is none.
#include <algorithm>
#include <cstring>
#include <ranges>
#include <span>

#include "harness/model/choices_codec.h"
#include "harness/model/streams_json.h"
#include "harness/model/trace_json.h"

namespace wedge::model {
namespace {

template <typename Enum>
Enum enum_from(std::span<const std::string_view> names, const Json& json) {
  const auto& name = json.get_ref<const std::string&>();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw TraceError("it says '" + name + "' where that is not a possible value");
  return static_cast<Enum>(found - names.begin());
}

std::uint16_t task_number(const Json& json) { return json.is_null() ? no_task : json.get<std::uint16_t>(); }

Recipe recipe_from(const Json& json) {
  Recipe recipe;
  json.at("program").get_to(recipe.program);
  json.at("arguments").get_to(recipe.arguments);
  json.at("build_id").get_to(recipe.build_id);
  json.at("scenario").get_to(recipe.scenario);
  json.at("variant").get_to(recipe.variant);
  json.at("strategy").get_to(recipe.strategy);
  json.at("seed").get_to(recipe.seed);
  json.at("execution").get_to(recipe.execution);
  json.at("max_steps").get_to(recipe.max_steps);
  json.at("hint_steps").get_to(recipe.hint_steps);
  json.at("hint_tasks").get_to(recipe.hint_tasks);
  json.at("strategy_depth").get_to(recipe.strategy_depth);
  json.at("flags").get_to(recipe.flags);
  json.at("mutation").get_to(recipe.mutation);
  recipe.carrier = enum_from<CarrierKind>(carrier_names, json.at("carrier"));
  recipe.portfolio = json.value("portfolio", false);
  if (json.contains("races"))  // traces of older versions have none
    for (const Json& row : json["races"]) recipe.races.push_back({{row.at(0), row.at(1)}, {row.at(2), row.at(3)}});
  recipe.directed = json.value("directed", false);
  return recipe;
}

TaskRecord task_from(const Json& json) {
  TaskRecord task{};
  json.at("id").get_to(task.id);
  task.parent = task_number(json.at("parent"));
  const auto& name = json.at("name").get_ref<const std::string&>();
  name.copy(task.name, sizeof task.name);
  task.state = enum_from<TaskState>(task_state_names, json.at("state"));
  task.operation = enum_from<Operation>(operation_names, json.at("operation"));
  json.at("object").get_to(task.object);
  json.at("stack").get_to(task.stack);
  json.at("mutex").get_to(task.mutex);
  json.at("since_step").get_to(task.since_step);
  json.at("create_stack").get_to(task.create_stack);
  json.at("detached").get_to(task.detached);
  json.at("has_deadline").get_to(task.has_deadline);
  return task;
}

Object object_from(const Json& json) {
  Object object;
  ObjectRecord& record = object.record;
  record.kind = enum_from<ObjectKind>(object_kind_names, json.at("kind"));
  json.at("name").get_to(object.name);
  json.at("flavour").get_to(record.flavour);
  record.owner = task_number(json.at("owner"));
  json.at("owner_since").get_to(record.owner_since);
  json.at("owner_stack").get_to(record.owner_stack);
  record.last_signaller = task_number(json.at("last_signaller"));
  record.last_woken = task_number(json.at("last_woken"));
  json.at("last_woken_count").get_to(record.last_woken_count);
  json.at("last_signal_step").get_to(record.last_signal_step);
  json.at("signal_stack").get_to(record.signal_stack);
  json.at("waiters").get_to(record.waiters);
  json.at("holders").get_to(record.holders);
  const auto holders = json.at("holder").get<std::vector<std::uint16_t>>();
  std::copy_n(holders.begin(), std::min(holders.size(), std::size(record.holder)), record.holder);
  json.at("value").get_to(record.value);
  json.at("first_step").get_to(record.first_step);
  record.module = json.at("module").is_null() ? no_module : json.at("module").get<std::uint32_t>();
  if (json.contains("memory")) record.memory = enum_from<MemoryKind>(memory_kind_names, json.at("memory"));
  json.at("offset").get_to(record.offset);
  return object;
}

RaceAccess access_from(const Json& json) {
  RaceAccess access;
  json.at("task").get_to(access.task);
  json.at("writes").get_to(access.writes);
  json.at("atomic").get_to(access.atomic);
  json.at("frees").get_to(access.frees);
  json.at("step").get_to(access.step);
  json.at("stack").get_to(access.stack);
  json.at("locks").get_to(access.locks);
  json.at("lock").get_to(access.lock);
  return access;
}

Race race_from(const Json& json) {
  Race race;
  race.earlier = access_from(json.at("earlier"));
  race.later = access_from(json.at("later"));
  json.at("bytes").get_to(race.bytes);
  race.memory = enum_from<MemoryKind>(memory_kind_names, json.at("memory"));
  race.owner = task_number(json.at("owner"));
  race.module = json.at("module").is_null() ? no_module : json.at("module").get<std::uint32_t>();
  json.at("offset").get_to(race.offset);
  json.at("name").get_to(race.name);
  if (json.contains("block_kind")) race.block_kind = enum_from<BlockKind>(block_kind_names, json.at("block_kind"));
  json.at("block_size").get_to(race.block_size);
  json.at("block_stack").get_to(race.block_stack);
  json.at("known").get_to(race.known);
  json.at("benign").get_to(race.benign);
  return race;
}

Place place_from(const Json& json) {
  return {json.at(0).get<std::string>(), json.at(1).get<std::string>(), json.at(2).get<std::uint32_t>(),
          json.at(3).get<bool>()};
}

Stack stack_from(const Json& json, std::size_t modules) {
  Stack stack;
  stack.place = place_from(json.at("place"));
  for (const Json& row : json.at("frames")) {
    Frame frame{.module = row.at("module"), .offset = row.at("offset"), .places = {}};
    if (frame.module >= modules) throw TraceError("a frame lies in a module that it does not list");
    for (const Json& place : row.at("places")) frame.places.push_back(place_from(place));
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

EventRecord event_from(const Json& json) {
  EventRecord event{};
  json.at(0).get_to(event.step);
  json.at(1).get_to(event.virtual_ns);
  json.at(2).get_to(event.task);
  event.operation = enum_from<Operation>(operation_names, json.at(3));
  json.at(4).get_to(event.object);
  event.has_result = json.at(5).is_null() ? 0 : 1;
  if (event.has_result != 0) json.at(5).get_to(event.result);
  json.at(6).get_to(event.stack);
  json.at(7).get_to(event.enabled_hash);
  json.at(8).get_to(event.enabled_count);
  event.previous = task_number(json.at(9));
  json.at(10).get_to(event.note);
  return event;
}

Misuse misuse_from(const Json& json) {
  Misuse misuse;
  misuse.kind = enum_from<MisuseKind>(misuse_names, json.at("kind"));
  json.at("object").get_to(misuse.object);
  misuse.task = task_number(json.at("task"));
  json.at("step").get_to(misuse.step);
  json.at("stack").get_to(misuse.stack);
  return misuse;
}

void read_outcome(const Json& json, Trace& trace) {
  trace.outcome = enum_from<Outcome>(outcome_names, json.at("outcome"));
  json.at("text").get_to(trace.text);
  json.at("fingerprint").get_to(trace.fingerprint);
  const Json& confirmation = json.at("confirmation");
  confirmation.at("same").get_to(trace.confirmation.same);
  confirmation.at("attempts").get_to(trace.confirmation.attempts);
  confirmation.at("remark").get_to(trace.confirmation.remark);
  json.at("signal").get_to(trace.signal);
  json.at("exit_status").get_to(trace.exit_status);
  json.at("task").get_to(trace.task);
  json.at("stack").get_to(trace.stack);
  json.at("confirmed_cycle").get_to(trace.confirmed_cycle);
  json.at("cycle").get_to(trace.cycle);
  if (json.contains("round_since")) json.at("round_since").get_to(trace.round_since);
  if (json.contains("misuse")) trace.misuse = misuse_from(json.at("misuse"));
  json.at("steps").get_to(trace.steps);
  json.at("virtual_ns").get_to(trace.virtual_ns);
  json.at("diverged_at").get_to(trace.diverged_at);
}

Analysis analysis_from(const Json& json) {
  Analysis analysis;
  json.at("minimised").get_to(analysis.minimised);
  json.at("steps_before").get_to(analysis.steps_before);
  json.at("switches_before").get_to(analysis.switches_before);
  json.at("candidates").get_to(analysis.candidates);
  json.at("complete").get_to(analysis.complete);
  for (const Json& row : json.at("switches"))
    analysis.switches.push_back({enum_from<SwitchKind>(switch_names, row.at("kind")), row.at("step"), row.at("from"),
                                 row.at("to"), enum_from<Outcome>(outcome_names, row.at("without")),
                                 row.at("text_without")});
  const Json& rate = json.at("rate");
  rate.at("failures").get_to(analysis.rate.failures);
  rate.at("executions").get_to(analysis.rate.executions);
  rate.at("low").get_to(analysis.rate.low);
  rate.at("high").get_to(analysis.rate.high);
  return analysis;
}

MemoryRecord memory_from(const Json& json) {
  MemoryRecord memory{};
  memory.fault = enum_from<MemoryFault>(memory_fault_names, json.at("fault"));
  memory.kind = enum_from<BlockKind>(block_kind_names, json.at("kind"));
  memory.freed_as = enum_from<BlockKind>(block_kind_names, json.at("freed_as"));
  memory.writes = json.at("writes").get<bool>() ? 1 : 0;
  json.at("size").get_to(memory.size);
  json.at("offset").get_to(memory.offset);
  json.at("access_size").get_to(memory.access_size);
  memory.allocated_by = task_number(json.at("allocated_by"));
  json.at("allocated_step").get_to(memory.allocated_step);
  json.at("allocated_stack").get_to(memory.allocated_stack);
  memory.freed_by = task_number(json.at("freed_by"));
  json.at("freed_step").get_to(memory.freed_step);
  json.at("freed_stack").get_to(memory.freed_stack);
  json.at("leaked_blocks").get_to(memory.leaked_blocks);
  json.at("leaked_bytes").get_to(memory.leaked_bytes);
  for (const Json& row : json.at("leaks")) {
    if (memory.leak_count == max_leaks) throw TraceError("it lists more leaks than there can be");
    memory.leaks[memory.leak_count++] = {row.at("stack"), task_number(row.at("task")), 0, row.at("blocks"),
                                         row.at("bytes")};
  }
  return memory;
}

void read_tables(const Json& json, Trace& trace) {
  for (const Json& row : json.at("modules")) trace.modules.push_back({row.at("path"), row.at("build_id")});
  for (const Json& row : json.at("tasks")) trace.tasks.push_back(task_from(row));
  for (const Json& row : json.at("objects")) trace.objects[row.at("id")] = object_from(row);
  for (const Json& row : json.at("stacks")) trace.stacks[row.at("id")] = stack_from(row, trace.modules.size());
  json.at("notes").get_to(trace.notes);
  if (json.contains("races"))
    for (const Json& row : json["races"]) trace.races.push_back(race_from(row));
  if (json.contains("memory")) trace.memory = memory_from(json.at("memory"));
  if (json.contains("streams")) trace.streams = streams_from(json.at("streams"));
  if (!json.at("analysis").is_null()) trace.analysis = analysis_from(json.at("analysis"));
  for (const Json& row : json.at("kernel_stacks")) trace.kernel_stacks[row.at(0)] = row.at(1);
  const Json& choices = json.at("choices");
  if (choices.is_string())
    trace.choices = unpack_choices(choices.get_ref<const std::string&>());
  else
    choices.get_to(trace.choices);
  json.at("events_total").get_to(trace.events_total);
  json.at("events_hash").get_to(trace.events_hash);
  for (const Json& row : json.at("events")) trace.events.push_back(event_from(row));
}

Json parse(std::string_view text) {
  if (text.empty()) throw TraceError("is empty");
  const bool ours = text.substr(0, 200).find(trace_schema_family) != std::string_view::npos;
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() && ours) throw TraceError("is damaged (it ends early or is no longer JSON); make a new one");
  const bool is_trace = json.is_object() && json.contains("schema") && json["schema"].is_string() &&
                        json["schema"].get_ref<const std::string&>().starts_with(trace_schema_family);
  if (!is_trace) throw TraceError("is not a trace; traces are the files that 'wedge run' leaves in OUT/traces");
  return json;
}

void check(const Json& json) {
  const auto& schema = json["schema"].get_ref<const std::string&>();
  if (schema != trace_schema)
    throw TraceError("has the schema " + schema + ", but this wedge reads " + std::string(trace_schema) +
                     "; replay it with the wedge that wrote it");
  const auto checksum = json.find(checksum_key);
  if (checksum == json.end() || *checksum != checksum_of(json))
    throw TraceError("is damaged (its checksum does not fit its content); make a new one");
}

}  // namespace

Trace read_trace(std::string_view text) {
  const Json json = parse(text);
  check(json);
  try {
    Trace trace;
    json.at("wedge").get_to(trace.wedge);
    trace.recipe = recipe_from(json.at("recipe"));
    read_outcome(json, trace);
    read_tables(json, trace);
    return trace;
  } catch (const Json::exception& error) {
    throw TraceError(std::string("does not hold what a trace must hold (") + error.what() + ")");
  }
}

const Stack* stack_of(const Trace& trace, std::uint32_t stack) {
  const auto found = trace.stacks.find(stack);
  return stack == 0 || found == trace.stacks.end() ? nullptr : &found->second;
}

const Object* object_of(const Trace& trace, std::uint32_t object) {
  const auto found = trace.objects.find(object);
  return object == 0 || found == trace.objects.end() ? nullptr : &found->second;
}

const TaskRecord* task_of(const Trace& trace, std::uint32_t task) {
  const auto found = std::ranges::find(trace.tasks, task, &TaskRecord::id);
  return found == trace.tasks.end() ? nullptr : &*found;
}

}  // namespace wedge::model
