// Writes and reads what streams did.
#include "harness/model/streams_json.h"

namespace wedge::model {
namespace {

template <typename Value>
Json json_of(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

template <typename Value>
void read(const Json& json, std::optional<Value>& value) {
  if (!json.is_null()) json.get_to(value.emplace());
}

Json json_of(const Awaited& awaited) {
  return {{"stream", awaited.stream}, {"operation", awaited.number}, {"event", awaited.event}};
}

Awaited awaited_from(const Json& json) { return {json.at("stream"), json.at("operation"), json.at("event")}; }

Json json_of(const std::vector<Awaited>& all) {
  Json rows = Json::array();
  for (const Awaited& awaited : all) rows.push_back(json_of(awaited));
  return rows;
}

std::vector<Awaited> awaited_list_from(const Json& json) {
  std::vector<Awaited> all;
  for (const Json& row : json) all.push_back(awaited_from(row));
  return all;
}

StreamState state_from(const Json& json) {
  const auto& name = json.get_ref<const std::string&>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(StreamState::count_); ++i)
    if (name_of(static_cast<StreamState>(i)) == name) return static_cast<StreamState>(i);
  return StreamState::none;
}

Json json_of(const StreamOperation& operation) {
  return {{"number", operation.number},
          {"what", operation.what},
          {"state", name_of(operation.state)},
          {"marks", operation.marks},
          {"never_ends", operation.never_ends},
          {"enqueued_ns", json_of(operation.enqueued_ns)},
          {"started_ns", json_of(operation.started_ns)},
          {"completed_ns", json_of(operation.completed_ns)},
          {"after", json_of(operation.after)},
          {"runs_on", json_of(operation.runs_on)}};
}

StreamOperation operation_from(const Json& json) {
  StreamOperation operation;
  json.at("number").get_to(operation.number);
  json.at("what").get_to(operation.what);
  operation.state = state_from(json.at("state"));
  json.at("marks").get_to(operation.marks);
  json.at("never_ends").get_to(operation.never_ends);
  read(json.at("enqueued_ns"), operation.enqueued_ns);
  read(json.at("started_ns"), operation.started_ns);
  read(json.at("completed_ns"), operation.completed_ns);
  operation.after = awaited_list_from(json.at("after"));
  read(json.at("runs_on"), operation.runs_on);
  return operation;
}

Json json_of(const Stream& stream) {
  Json operations = Json::array();
  for (const StreamOperation& operation : stream.operations) operations.push_back(json_of(operation));
  return {{"number", stream.number},         {"destroyed", stream.destroyed}, {"blocking", stream.blocking},
          {"per_thread", stream.per_thread}, {"enqueued", stream.enqueued},   {"task", json_of(stream.task)},
          {"operations", operations}};
}

Stream stream_from(const Json& json) {
  Stream stream;
  json.at("number").get_to(stream.number);
  json.at("destroyed").get_to(stream.destroyed);
  json.at("blocking").get_to(stream.blocking);
  json.at("per_thread").get_to(stream.per_thread);
  json.at("enqueued").get_to(stream.enqueued);
  read(json.at("task"), stream.task);
  for (const Json& row : json.at("operations")) stream.operations.push_back(operation_from(row));
  return stream;
}

Json json_of(const StreamCall& call) {
  return {{"thread", call.thread},
          {"call", call.call},
          {"since_ns", json_of(call.since_ns)},
          {"awaits", json_of(call.awaits)}};
}

StreamCall call_from(const Json& json) {
  StreamCall call;
  json.at("thread").get_to(call.thread);
  json.at("call").get_to(call.call);
  read(json.at("since_ns"), call.since_ns);
  call.awaits = awaited_list_from(json.at("awaits"));
  return call;
}

}  // namespace

Json json_of(const Streams& streams) {
  Json json{{"process", streams.process}, {"exact", streams.exact}, {"left_out", streams.left_out}};
  json["streams"] = Json::array();
  for (const Stream& stream : streams.streams) json["streams"].push_back(json_of(stream));
  json["events"] = Json::array();
  for (const StreamEvent& event : streams.events)
    json["events"].push_back(
        {{"number", event.number}, {"stream", event.record.stream}, {"operation", event.record.number}});
  json["calls"] = Json::array();
  for (const StreamCall& call : streams.calls) json["calls"].push_back(json_of(call));
  return json;
}

Streams streams_from(const Json& json) {
  Streams streams;
  json.at("process").get_to(streams.process);
  json.at("exact").get_to(streams.exact);
  json.at("left_out").get_to(streams.left_out);
  for (const Json& row : json.at("streams")) streams.streams.push_back(stream_from(row));
  for (const Json& row : json.at("events"))
    streams.events.push_back({row.at("number"), {row.at("stream"), row.at("operation"), 0}});
  for (const Json& row : json.at("calls")) streams.calls.push_back(call_from(row));
  return streams;
}

}  // namespace wedge::model
