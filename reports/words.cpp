// The vocabulary of the reports.
#include "reports/words.h"

#include <algorithm>
#include <filesystem>

#include <string.h>

#include <fmt/format.h>

namespace wedge::reports {
namespace {

using model::Operation;

constexpr std::size_t longest_function = 72;

// What stands between the task and the object, in the present tense.
std::string_view verb(Operation operation) {
  switch (operation) {
    case Operation::start:
      return "starts";
    case Operation::end:
      return "ends";
    case Operation::create:
      return "creates";
    case Operation::join:
      return "joins";
    case Operation::detach:
      return "detaches";
    case Operation::yield:
      return "yields";
    case Operation::sleep:
      return "ends its sleep";
    case Operation::read_clock:
      return "reads";
    case Operation::early_timeout:
      return "moves on although tasks could run";
    case Operation::idle_timeout:
      return "moves on, as nothing else could run";
    case Operation::lock:
      return "locks";
    case Operation::try_lock:
      return "tries to lock";
    case Operation::unlock:
      return "unlocks";
    case Operation::lock_shared:
      return "read-locks";
    case Operation::try_lock_shared:
      return "tries to read-lock";
    case Operation::wait:
      return "waits on";
    case Operation::wake:
      return "wakes up from";
    case Operation::signal:
      return "signals";
    case Operation::broadcast:
      return "broadcasts to";
    case Operation::arrive:
      return "arrives at";
    case Operation::acquire:
      return "acquires";
    case Operation::try_acquire:
      return "tries to acquire";
    case Operation::post:
      return "posts";
    case Operation::once:
      return "enters";
    case Operation::futex_wait:
      return "waits on";
    case Operation::futex_wake:
      return "wakes";
    case Operation::futex_requeue:
      return "requeues";
    case Operation::load:
      return "loads";
    case Operation::store:
      return "stores to";
    case Operation::exchange:
      return "exchanges";
    case Operation::fetch_op:
      return "changes";
    case Operation::compare_exchange:
      return "compares and exchanges";
    case Operation::fence:
      return "passes a fence";
    case Operation::plain_spin:
      return "spins on plain memory";
    case Operation::read:
      return "reads from";
    case Operation::write:
      return "writes to";
    case Operation::poll:
      return "polls";
    case Operation::accept:
      return "accepts on";
    case Operation::connect:
      return "connects";
    case Operation::close:
      return "closes";
    case Operation::choose_value:
      return "chooses a waiter of";
    case Operation::note:
      return "notes";
    case Operation::exit:
      return "exits the program";
    case Operation::plain_read:
      return "reads";
    case Operation::plain_write:
      return "writes";
    case Operation::destroy:
      return "destroys";
    case Operation::proceed:
    case Operation::none:
    case Operation::count_:
      break;
  }
  return "goes on";
}

// These say all in the verb; an object would only be noise.
bool stands_alone(Operation operation) {
  switch (operation) {
    case Operation::none:
    case Operation::proceed:
    case Operation::start:
    case Operation::end:
    case Operation::yield:
    case Operation::sleep:
    case Operation::early_timeout:
    case Operation::idle_timeout:
    case Operation::fence:
    case Operation::plain_spin:
    case Operation::note:
    case Operation::exit:
      return true;
    default:
      return false;
  }
}

// What plain memory without a name is part of.
std::string whereabouts(const model::ObjectRecord& record, const Words& words) {
  switch (record.memory) {
    case model::MemoryKind::heap:
      return fmt::format(" in a heap block of {} byte{}", record.value, record.value == 1 ? "" : "s");
    case model::MemoryKind::stack:
      return " on the stack of " + words.task(record.owner);
    default:
      return {};
  }
}

}  // namespace

std::string_view how_it_ended(Outcome outcome) {
  if (outcome == Outcome::race) return "raced";
  return outcome == Outcome::hang ? "was still running" : "ended the execution";
}

bool is_about_one_place(Outcome outcome) {
  switch (outcome) {
    case Outcome::panic:
    case Outcome::crash:
    case Outcome::race:
    case Outcome::leak:
    case Outcome::hang:
    case Outcome::misuse:
    case Outcome::unsupported:
      return true;
    default:
      return false;
  }
}

std::string shortened(std::string_view function) {
  std::string text(function);
  for (std::string_view noise : {"(anonymous namespace)::", "std::__cxx11::"})
    for (std::size_t at = text.find(noise); at != std::string::npos; at = text.find(noise))
      text.erase(at, noise.size());
  if (text.size() > longest_function) text = text.substr(0, longest_function - 3) + "...";
  return text;
}

Words::Words(const model::Trace& trace) : trace_(trace) {
  for (const auto& [id, stack] : trace.stacks) {
    shorten(stack.place.file);
    for (const model::Frame& frame : stack.frames)
      for (const model::Place& place : frame.places) shorten(place.file);
  }
}

// The file's name alone, with as many directories in front as it takes to tell it from the others.
void Words::shorten(const std::string& file) {
  if (file.empty() || names_.contains(file)) return;
  const std::filesystem::path path(file);
  std::filesystem::path name = path.filename();
  std::filesystem::path rest = path.parent_path();
  while (paths_.contains(name.string()) && rest.has_filename()) {
    name = rest.filename() / name;
    rest = rest.parent_path();
  }
  names_[file] = name.string();
  paths_[name.string()] = file;
}

std::string Words::task(std::uint32_t id) const {
  const model::TaskRecord* record = model::task_of(trace_, id);
  const std::string name =
      record == nullptr ? std::string() : std::string(record->name, strnlen(record->name, sizeof record->name));
  return name.empty() ? fmt::format("task {}", id) : fmt::format("task {} '{}'", id, name);
}

std::string Words::tasks(const std::vector<std::uint16_t>& ids) const {
  if (ids.empty()) return "nobody";
  if (ids.size() == 1) return task(ids.front());
  std::string text = fmt::format("tasks {}", ids.front());
  for (std::size_t i = 1; i + 1 < ids.size(); ++i) text += fmt::format(", {}", ids[i]);
  return text + fmt::format(" and {}", ids.back());
}

std::string Words::object(std::uint32_t id) const {
  const model::Object* object = model::object_of(trace_, id);
  if (object == nullptr) return "something unknown";
  const model::ObjectRecord& record = object->record;
  if (record.kind == model::ObjectKind::task) return task(record.owner);
  if (record.kind == model::ObjectKind::clock) return "the clock";
  if (record.kind == model::ObjectKind::descriptor) return fmt::format("file descriptor {}", record.value);
  if (record.kind == model::ObjectKind::memory && object->name.empty())
    return fmt::format("memory {}{}", id, whereabouts(record, *this));
  if (!object->name.empty()) return fmt::format("{} {}", model::name_of(record.kind), shortened(object->name));
  return fmt::format("{} {}", model::name_of(record.kind), id);
}

std::string Words::line(const model::Place& place) const {
  if (place.file.empty()) return {};
  const auto name = names_.find(place.file);
  return fmt::format("{}:{}", name == names_.end() ? place.file : name->second, place.line);
}

std::string Words::line(std::uint32_t stack) const {
  const model::Stack* found = model::stack_of(trace_, stack);
  return found == nullptr ? std::string() : line(found->place);
}

std::string Words::place(const model::Place& place) const {
  const std::string where = line(place);
  std::string function = shortened(place.function);
  if (where.empty()) return function;
  return function.empty() ? where : where + " in " + function;
}

std::string Words::place(std::uint32_t stack) const {
  const model::Stack* found = model::stack_of(trace_, stack);
  return found == nullptr ? std::string() : place(found->place);
}

std::string Words::at(std::uint32_t stack) const {
  const std::string where = place(stack);
  return where.empty() ? where : " at " + where;
}

std::string Words::action(Operation operation, std::uint32_t object) const {
  const model::Object* target = model::object_of(trace_, object);
  std::string text(verb(operation));
  // A task that was signalled goes on when it has the mutex again.
  if (operation == Operation::wake && target != nullptr && target->record.kind == model::ObjectKind::mutex)
    text = "wakes up and locks";
  if (operation == Operation::acquire || operation == Operation::try_acquire) text += " a unit of";
  if (!stands_alone(operation) && target != nullptr) text += " " + this->object(object);
  return text;
}

}  // namespace wedge::reports
