// Words for every way of being blocked.
#include "reports/waits.h"

#include <algorithm>

#include <fmt/format.h>

namespace wedge::reports {
namespace {

using model::ObjectKind;
using model::ObjectRecord;
using model::Operation;
using model::TaskRecord;
using model::TaskState;
using model::Trace;

bool has_ended(const Trace& trace, std::uint16_t id) {
  const TaskRecord* task = model::task_of(trace, id);
  return task != nullptr && task->state == TaskState::ended;
}

std::string taken(const Words& words, const ObjectRecord& record) {
  const std::string place = words.place(record.owner_stack);
  return place.empty() ? std::string() : ", taken at " + place;
}

std::string owner_words(const Trace& trace, const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  if (record.owner == model::no_task) return "which nobody holds";
  const std::string since = fmt::format(" since step {}{}", record.owner_since, taken(words, record));
  if (record.owner == task.id) return "which it holds itself" + since;
  if (has_ended(trace, record.owner))
    return fmt::format("held by {}{}, which has ended without giving it back", words.task(record.owner), since);
  return fmt::format("held by {}{}", words.task(record.owner), since);
}

// Each once, however many units or read locks it has.
std::vector<std::uint16_t> holders_of(const ObjectRecord& record) {
  std::vector<std::uint16_t> holders(record.holder,
                                     record.holder + std::min<std::size_t>(record.holders, std::size(record.holder)));
  std::ranges::sort(holders);
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  return holders;
}

std::string holders_words(const Words& words, const ObjectRecord& record) {
  std::string text = words.tasks(holders_of(record));
  if (record.holders > std::size(record.holder))
    text += fmt::format(" and {} more", record.holders - std::size(record.holder));
  return text;
}

// A reader may stand behind a writer that only waits itself: nothing in the lock's owner would show that.
std::string waiting_writer(const Trace& trace, const Words& words, const TaskRecord& reader) {
  for (const TaskRecord& task : trace.tasks)
    if (task.id != reader.id && task.state == TaskState::blocked && task.object == reader.object &&
        task.operation == Operation::lock)
      return fmt::format(", behind {}, which waits to write", words.task(task.id));
  return {};
}

std::string rwlock_words(const Trace& trace, const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  const bool reads = task.operation == Operation::lock_shared;
  std::string text = reads ? "waits to read-lock " : "waits to write-lock ";
  text += words.object(task.object) + ", ";
  if (record.owner != model::no_task) return text + owner_words(trace, words, task, record);
  const auto holders = holders_of(record);
  const bool holds_itself = std::ranges::find(holders, task.id) != holders.end();
  if (record.holders == 0)
    text += "which nobody holds";
  else if (holds_itself && record.holders == 1)
    text += "which it holds for reading itself";
  else
    text += "held for reading by " + holders_words(words, record) + (holds_itself ? " (itself among them)" : "");
  return reads ? text + waiting_writer(trace, words, task) : text;
}

std::string last_signal(const Words& words, const ObjectRecord& record, std::string_view done) {
  if (record.last_signaller == model::no_task) return fmt::format("never {}", done);
  std::string text = fmt::format("last {} at step {} by {}{}", done, record.last_signal_step,
                                 words.task(record.last_signaller), words.at(record.signal_stack));
  if (record.last_woken == model::no_task) return text + ", when nobody was waiting";
  text += fmt::format(", which woke {}", words.task(record.last_woken));
  if (record.last_woken_count > 1) text += fmt::format(" and {} more", record.last_woken_count - 1);
  return text;
}

std::string condition_words(const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  std::string text = "waits to be signalled on " + words.object(task.object);
  if (task.mutex != 0) text += fmt::format(" (it gave up {})", words.object(task.mutex));
  return text + "; " + last_signal(words, record, "signalled");
}

std::string semaphore_words(const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  std::string text = fmt::format("waits for a unit of {}, which has {}", words.object(task.object), record.value);
  if (record.holders > 0) text += "; units are taken and not given back by " + holders_words(words, record);
  return text + "; " + last_signal(words, record, "posted");
}

std::string barrier_words(const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  return fmt::format("waits at {} for the others; {} have arrived", words.object(task.object), record.value);
}

std::string join_words(const Words& words, const ObjectRecord& record) {
  return fmt::format("waits for {} to end", words.task(record.owner));
}

std::string by_kind(const Trace& trace, const Words& words, const TaskRecord& task, const ObjectRecord& record) {
  const std::string object = words.object(task.object);
  switch (record.kind) {
    case ObjectKind::mutex:
    case ObjectKind::spin_lock:
      return "waits to lock " + object + ", " + owner_words(trace, words, task, record);
    case ObjectKind::once:
      return "waits until " + object + " is done, " + owner_words(trace, words, task, record);
    case ObjectKind::rwlock:
      return rwlock_words(trace, words, task, record);
    case ObjectKind::condition:
      return condition_words(words, task, record);
    case ObjectKind::semaphore:
      return semaphore_words(words, task, record);
    case ObjectKind::barrier:
      return barrier_words(words, task, record);
    case ObjectKind::task:
      return join_words(words, record);
    case ObjectKind::futex:
      return "waits on " + object + "; " + last_signal(words, record, "woken");
    case ObjectKind::clock:
      return "sleeps";
    default:
      return fmt::format("waits in {} on {}", model::name_of(task.operation), object);
  }
}

// What the call waits for says more than the futex in it.
const model::StreamCall* stream_call(const Trace& trace, const TaskRecord& task) {
  if (!trace.streams || task.state != TaskState::blocked) return nullptr;
  const auto found = std::ranges::find(trace.streams->calls, task.id, &model::StreamCall::thread);
  return found == trace.streams->calls.end() ? nullptr : &*found;
}

}  // namespace

std::string what_it_waits_for(const Trace& trace, const Words& words, const TaskRecord& task) {
  if (const model::StreamCall* call = stream_call(trace, task)) return awaited_words(*trace.streams, *call);
  if (task.state == TaskState::ready) {
    const bool only_goes_on = task.operation == Operation::none || task.operation == Operation::proceed;
    return only_goes_on ? std::string() : "next it " + words.action(task.operation, task.object);
  }
  const model::Object* object = model::object_of(trace, task.object);
  std::string text = object == nullptr ? fmt::format("waits in {}", model::name_of(task.operation))
                                       : by_kind(trace, words, task, object->record);
  const bool sleeps = object != nullptr && object->record.kind == ObjectKind::clock;
  if (task.has_deadline && !sleeps) text += "; its wait has a timeout";
  return text;
}

std::string link_in_cycle(const Trace& trace, const Words& words, std::uint16_t task, std::uint16_t next) {
  const TaskRecord* record = model::task_of(trace, task);
  const model::Object* object = record == nullptr ? nullptr : model::object_of(trace, record->object);
  const std::string name = words.task(task);
  if (object == nullptr) return fmt::format("{} waits for {}", name, words.task(next));
  if (object->record.kind == ObjectKind::task) return fmt::format("{} waits for {} to end", name, words.task(next));
  const std::string what = words.object(record->object);
  if (next == task) return fmt::format("{} waits for {}, which it holds itself", name, what);
  const auto holders = holders_of(object->record);
  const bool queued = object->record.kind == ObjectKind::rwlock && object->record.owner != next &&
                      std::ranges::find(holders, next) == holders.end();
  return queued ? fmt::format("{} waits for {}, behind {}, which waits to write", name, what, words.task(next))
                : fmt::format("{} waits for {}, which {} holds", name, what, words.task(next));
}

}  // namespace wedge::reports
