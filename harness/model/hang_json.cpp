// Writes and reads hangs. Each structure's members are listed once, for both directions.
#include "harness/model/hang_json.h"

#include <cmath>
#include <concepts>
#include <type_traits>

#include "harness/model/streams_json.h"

namespace wedge::model {
namespace {

constexpr std::string_view hang_schema_family = "wedge-hang/";

template <typename T, typename Structure>
concept Is = std::same_as<std::remove_const_t<T>, Structure>;

void members(auto& visit, Is<WaitDescriptor> auto& it) {
  visit("descriptor", it.descriptor);
  visit("wanted", it.wanted);
  visit("ready", it.ready);
  visit("edge", it.edge);
}

void members(auto& visit, Is<Wait> auto& it) {
  visit("kind", it.kind);
  visit("system_call", it.system_call);
  visit("address", it.address);
  visit("object", it.object);
  visit("flavour", it.flavour);
  visit("owner", it.owner);
  visit("owner_is_gone", it.owner_is_gone);
  visit("owner_evidence", it.owner_evidence);
  visit("timeout_s", it.timeout_s);
  visit("since_s", it.since_s);
  visit("waiters", it.waiters);
  visit("signal_pending", it.signal_pending);
  visit("value_changed", it.value_changed);
  visit("awaited_signals", it.awaited_signals);
  visit("descriptors", it.descriptors);
  visit("text", it.text);
}

void members(auto& visit, Is<HangThread> auto& it) {
  visit("tid", it.tid);
  visit("name", it.name);
  visit("state", it.state);
  visit("wait", it.wait);
  visit("stack_source", it.stack_source);
  visit("stack_complete", it.stack_complete);
  visit("stack_remark", it.stack_remark);
  visit("stack", it.stack);
  visit("cpu_s", it.cpu_s);
  visit("run_delay_s", it.run_delay_s);
  visit("voluntary_switches", it.voluntary_switches);
  visit("involuntary_switches", it.involuntary_switches);
  visit("blocked_signals", it.blocked_signals);
  visit("pending_signals", it.pending_signals);
  visit("looks", it.looks);
  visit("repeated_looks", it.repeated_looks);
  visit("raw", it.raw);
}

void members(auto& visit, Is<DescriptorEnd> auto& it) {
  visit("pid", it.pid);
  visit("descriptor", it.descriptor);
}

void members(auto& visit, Is<HangDescriptor> auto& it) {
  visit("descriptor", it.descriptor);
  visit("kind", it.kind);
  visit("target", it.target);
  visit("readable", it.readable);
  visit("writable", it.writable);
  visit("unread", it.unread);
  visit("capacity", it.capacity);
  visit("ready_in", it.ready_in);
  visit("ready_out", it.ready_out);
  visit("count", it.count);
  visit("armed", it.armed);
  visit("same_end", it.same_end);
  visit("other_end", it.other_end);
  visit("other_end_known", it.other_end_known);
  visit("text", it.text);
}

void members(auto& visit, Is<CtrlC> auto& it) {
  visit("works", it.works);
  visit("why", it.why);
}

void members(auto& visit, Is<HangProcess> auto& it) {
  visit("pid", it.pid);
  visit("parent", it.parent);
  visit("name", it.name);
  visit("command_line", it.command_line);
  visit("executable", it.executable);
  visit("runtime", it.runtime);
  visit("state", it.state);
  visit("remark", it.remark);
  visit("ctrl_c", it.ctrl_c);
  visit("ignored_signals", it.ignored_signals);
  visit("caught_signals", it.caught_signals);
  visit("pending_signals", it.pending_signals);
  visit("bytes_moved", it.bytes_moved);
  visit("threads", it.threads);
  visit("descriptors", it.descriptors);
}

void members(auto& visit, Is<GraphNode> auto& it) {
  visit("kind", it.kind);
  visit("id", it.id);
  visit("label", it.label);
  visit("in_knot", it.in_knot);
}

void members(auto& visit, Is<GraphEdge> auto& it) {
  visit("from", it.from);
  visit("to", it.to);
  visit("label", it.label);
  visit("in_knot", it.in_knot);
  visit("certain", it.certain);
}

void members(auto& visit, Is<WaitGraph> auto& it) {
  visit("nodes", it.nodes);
  visit("edges", it.edges);
}

void members(auto& visit, Is<Fact> auto& it) {
  visit("id", it.id);
  visit("text", it.text);
  visit("raw", it.raw);
}

void members(auto& visit, Is<HangVerdict> auto& it) {
  visit("hang_class", it.hang_class);
  visit("confidence", it.confidence);
  visit("headline", it.headline);
  visit("why", it.why);
  visit("facts", it.facts);
}

void members(auto& visit, Is<Probe> auto& it) {
  visit("what", it.what);
  visit("result", it.result);
  visit("conclusion", it.conclusion);
}

void members(auto& visit, Is<RuntimeDump> auto& it) {
  visit("pid", it.pid);
  visit("runtime", it.runtime);
  visit("text", it.text);
}

void members(auto& visit, Is<Module> auto& it) {
  visit("path", it.path);
  visit("build_id", it.build_id);
}

void members(auto& visit, Is<Place> auto& it) {
  visit("function", it.function);
  visit("file", it.file);
  visit("line", it.line);
  visit("system", it.system);
}

void members(auto& visit, Is<Frame> auto& it) {
  visit("module", it.module);
  visit("offset", it.offset);
  visit("places", it.places);
}

void members(auto& visit, Is<Stack> auto& it) {
  visit("place", it.place);
  visit("frames", it.frames);
}

// What is asked for first when such a file is opened stands first in it.
void members(auto& visit, Is<Hang> auto& it) {
  visit("wedge", it.wedge);
  visit("fingerprint", it.fingerprint);
  visit("command", it.command);
  visit("trigger", it.trigger);
  visit("verdict", it.verdict);
  visit("elapsed_s", it.elapsed_s);
  visit("idle_s", it.idle_s);
  visit("sample_s", it.sample_s);
  visit("capture_s", it.capture_s);
  visit("longest_stop_s", it.longest_stop_s);
  visit("host", it.host);
  visit("missing", it.missing);
  visit("root", it.root);
  visit("processes", it.processes);
  visit("modules", it.modules);
  visit("stacks", it.stacks);
  visit("graph", it.graph);
  visit("probes", it.probes);
  visit("dumps", it.dumps);
  visit.if_any("streams", it.streams);
  visit("scenario", it.scenario);
  visit("variant", it.variant);
  visit("reproduce", it.reproduce);
}

class Writer {
 public:
  template <typename T>
  void operator()(const char* key, const T& value) {
    json[key] = of(value);
  }
  // Left out where there is none, so that files without it stay what they were.
  template <typename T>
  void if_any(const char* key, const std::vector<T>& values) {
    if (!values.empty()) json[key] = of(values);
  }
  Json json = Json::object();

 private:
  template <typename T>
  static Json of(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return name_of(value);
    } else if constexpr (std::same_as<T, char>) {
      return std::string(1, value);
    } else if constexpr (std::same_as<T, Streams>) {
      return json_of(value);
    } else if constexpr (std::floating_point<T>) {
      return std::isfinite(value) ? value : T{0};
    } else if constexpr (std::integral<T> || std::same_as<T, std::string>) {
      return value;
    } else {
      Writer writer;
      members(writer, value);
      return std::move(writer.json);
    }
  }
  template <typename T>
  static Json of(const std::optional<T>& value) {
    return value ? of(*value) : Json();
  }
  template <typename T>
  static Json of(const std::vector<T>& values) {
    Json list = Json::array();
    for (const T& value : values) list.push_back(of(value));
    return list;
  }
};

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}
  template <typename T>
  void operator()(const char* key, T& value) {
    into(json_.at(key), value);
  }
  template <typename T>
  void if_any(const char* key, std::vector<T>& values) {
    if (json_.contains(key)) into(json_.at(key), values);
  }

 private:
  template <typename T>
  static void into(const Json& json, T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = named<T>(json.get_ref<const std::string&>());
    } else if constexpr (std::same_as<T, char>) {
      const auto& letter = json.get_ref<const std::string&>();
      value = letter.empty() ? '?' : letter.front();
    } else if constexpr (std::same_as<T, Streams>) {
      value = streams_from(json);
    } else if constexpr (std::integral<T> || std::floating_point<T> || std::same_as<T, std::string>) {
      json.get_to(value);
    } else {
      Reader reader(json);
      members(reader, value);
    }
  }
  template <typename T>
  static void into(const Json& json, std::optional<T>& value) {
    if (!json.is_null()) into(json, value.emplace());
  }
  template <typename T>
  static void into(const Json& json, std::vector<T>& values) {
    for (const Json& row : json.get_ref<const Json::array_t&>()) into(row, values.emplace_back());
  }
  template <typename Enumeration>
  static Enumeration named(const std::string& name) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enumeration::count_); ++i)
      if (name_of(static_cast<Enumeration>(i)) == name) return static_cast<Enumeration>(i);
    throw HangError("says '" + name + "' where that is not a possible value");
  }

  const Json& json_;
};

// Whoever renders a hang follows these without looking.
void check_references(const Hang& hang) {
  for (const HangProcess& process : hang.processes)
    for (const HangThread& thread : process.threads)
      if (thread.stack != 0 && thread.stack >= hang.stacks.size())
        throw HangError("has a thread whose stack it does not hold");
  for (const Stack& stack : hang.stacks)
    for (const Frame& frame : stack.frames)
      if (frame.module >= hang.modules.size()) throw HangError("has a frame in a module that it does not list");
  for (const GraphEdge& edge : hang.graph.edges)
    if (edge.from >= hang.graph.nodes.size() || edge.to >= hang.graph.nodes.size())
      throw HangError("has an edge to a node that is not there");
}

Json parse(std::string_view text) {
  if (text.empty()) throw HangError("is empty");
  const bool ours = text.substr(0, 200).find(hang_schema_family) != std::string_view::npos;
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() && ours) throw HangError("is damaged (it ends early or is no longer JSON); make a new one");
  const bool is_hang = json.is_object() && json.contains("schema") && json["schema"].is_string() &&
                       json["schema"].get_ref<const std::string&>().starts_with(hang_schema_family);
  if (!is_hang) throw HangError("is no hang; hangs are the JSON files that 'wedge watch' and 'wedge dump' write");
  const auto& schema = json["schema"].get_ref<const std::string&>();
  if (schema != hang_schema)
    throw HangError("has the schema " + schema + ", but this wedge reads " + std::string(hang_schema));
  const auto checksum = json.find(checksum_key);
  if (checksum == json.end() || *checksum != checksum_of(json))
    throw HangError("is damaged (its checksum does not fit its content); make a new one");
  return json;
}

}  // namespace

std::string write_hang(const Hang& hang) {
  Writer writer;
  writer.json["schema"] = hang_schema;
  members(writer, hang);
  return document_text(std::move(writer.json));
}

Hang read_hang(std::string_view text) {
  const Json json = parse(text);
  try {
    Hang hang;
    Reader reader(json);
    members(reader, hang);
    check_references(hang);
    return hang;
  } catch (const Json::exception& error) {
    throw HangError(std::string("does not hold what a hang must hold (") + error.what() + ")");
  }
}

}  // namespace wedge::model
