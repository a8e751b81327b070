// Finds the table by its name among the mappings, and copies it until two looks agree that nobody wrote.
#include "harness/diagnose/stream_reading.h"

#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

#include <time.h>

#include "harness/diagnose/thread_ids.h"

namespace wedge::diagnose {
namespace {

constexpr int most_attempts = 20;
constexpr std::string_view kernel_word = "kernel `";

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

const Mapping* table_mapping(const AddressSpace& memory) {
  const std::string name = std::string("/memfd:") + stream_table_name;
  for (const Mapping& mapping : memory.mappings())
    if (mapping.path.starts_with(name) && mapping.end - mapping.start >= sizeof(StreamTable)) return &mapping;
  return nullptr;
}

bool maps(const AddressSpace& memory, std::string_view file) {
  for (const Mapping& mapping : memory.mappings())
    if (mapping.path.substr(mapping.path.rfind('/') + 1).starts_with(file)) return true;
  return false;
}

// Null if it is never at rest, or is none of ours.
std::unique_ptr<StreamTable> copy_of_table(const AddressSpace& memory, std::uint64_t address) {
  auto table = std::make_unique<StreamTable>();
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const auto before = memory.value<std::uint64_t>(address + offsetof(StreamTable, changes));
    if (!before || !memory.read(address, table.get(), sizeof *table)) return nullptr;
    if (table->magic != stream_table_magic) return nullptr;
    const auto after = memory.value<std::uint64_t>(address + offsetof(StreamTable, changes));
    if (before == after && *before % 2 == 0) return table;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return nullptr;
}

void renumber(const ThreadIds& ids, std::int32_t& thread) {
  if (thread > 0) thread = ids.in_process(static_cast<std::uint32_t>(thread)).value_or(thread);
}

// "spin" of "(anonymous namespace)::spin(int volatile*)": the parameters of kernels are long and tell little.
std::string without_parameters(std::string function) {
  constexpr std::string_view anonymous = "(anonymous namespace)::";
  for (std::size_t at = function.find(anonymous); at != std::string::npos; at = function.find(anonymous))
    function.erase(at, anonymous.size());
  return function.substr(0, function.find('('));
}

std::string name_at(std::uint64_t function, const AddressSpace& memory, Symbols& symbols) {
  const LoadedModule* module = memory.module_at(function);
  if (module == nullptr || module->open_path.empty()) return {};
  const std::vector<model::Place> places = symbols.places(module->open_path, function - module->bias);
  return places.empty() ? std::string() : without_parameters(places.back().function);
}

}  // namespace

std::optional<model::Streams> read_streams(ProcessReading& reading) {
  const Mapping* mapping = table_mapping(reading.memory);
  if (mapping == nullptr) return std::nullopt;
  const auto table = copy_of_table(reading.memory, mapping->start);
  if (!table) {
    reading.missing.push_back("the CUDA calls of process " + std::to_string(reading.process.pid) +
                              " could not be read: what was recorded changes all the time, or another wedge wrote it");
    return std::nullopt;
  }
  model::Streams streams = model::streams_of(*table, monotonic_ns());
  streams.process = reading.process.pid;
  const ThreadIds ids(reading.process.pid, reading.threads);
  for (model::StreamCall& call : streams.calls) renumber(ids, call.thread);
  for (model::Stream& stream : streams.streams)
    for (model::StreamOperation& operation : stream.operations)
      if (operation.runs_on) renumber(ids, *operation.runs_on);
  return streams;
}

void name_kernels(model::Streams& streams, const AddressSpace& memory, Symbols& symbols) {
  for (model::Stream& stream : streams.streams)
    for (model::StreamOperation& operation : stream.operations) {
      std::string name = operation.function == 0 ? std::string() : name_at(operation.function, memory, symbols);
      if (name.empty() && operation.what.starts_with(kernel_word) && operation.what.ends_with('`'))
        name = without_parameters(
            demangle(operation.what.substr(kernel_word.size(), operation.what.size() - kernel_word.size() - 1)));
      if (!name.empty()) operation.what = std::string(kernel_word) + name + "`";
    }
}

std::string why_no_streams(const AddressSpace& memory) {
  if (!memory.known() || table_mapping(memory) != nullptr) return {};
  const bool driver = maps(memory, "libcuda.so");
  const bool runtime = maps(memory, "libcudart.so") || maps(memory, "libwedge-cudart.so");
  if (!driver && !runtime) return {};
  if (!maps(memory, "libwedge-cuda-recorder.so"))
    return "the recorder is not in it: 'wedge watch --cuda' loads it when it starts the command, unless the program is "
           "setuid or was started with another LD_PRELOAD";
  if (!runtime)
    return "it uses the CUDA driver and no shared CUDA runtime: where the runtime is linked statically, as nvcc does "
           "unless told otherwise, nobody can stand in front of it; link the program with nvcc -cudart shared";
  return "it has loaded the CUDA runtime and called none of the functions that are recorded";
}

}  // namespace wedge::diagnose
