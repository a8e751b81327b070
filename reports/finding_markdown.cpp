// The visible part of the report on a finding; its limits add up to less than that of the whole.
#include "reports/finding_markdown.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/essentials.h"
#include "reports/hints.h"
#include "reports/interleaving.h"
#include "reports/memory.h"
#include "reports/page.h"
#include "reports/pictures.h"
#include "reports/races.h"
#include "reports/reasons.h"
#include "reports/shell.h"
#include "reports/streams.h"
#include "reports/task_stacks.h"
#include "reports/text.h"
#include "reports/waits.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

using model::TaskRecord;
using model::TaskState;
using model::Trace;

constexpr std::size_t longest_sentence = 600;
constexpr std::size_t longest_cell = 240;
constexpr std::size_t longest_message = 1200;
constexpr std::size_t longest_headline_text = 160;  // beyond it the headline may not have all
constexpr std::size_t longest_repetition = 1200;
constexpr std::size_t longest_memory = 5000;
constexpr Limit table_limit{30, 3 * 1024};
constexpr Limit switches_limit{12, 1500};
constexpr std::size_t longest_plain_text = 200 * 1024;

bool is_confirmed(const Trace& trace) {
  return trace.confirmation.attempts > 0 && trace.confirmation.same == trace.confirmation.attempts;
}

// Nothing is certain about what did not happen again.
std::string_view confidence(const Trace& trace) {
  if (trace.confirmation.attempts == 0) return "medium";
  return is_confirmed(trace) ? "proven" : "low";
}

std::string name_of_target(const Trace& trace) {
  const model::Recipe& recipe = trace.recipe;
  if (!recipe.scenario.empty()) return recipe.scenario + ":" + recipe.variant;
  return shell_line({recipe.program}) + (recipe.arguments.empty() ? "" : " " + shell_line(recipe.arguments));
}

std::string replays(const Trace& trace) {
  const model::Confirmation& confirmation = trace.confirmation;
  if (confirmation.attempts == 0) return "not replayed";
  std::string text = fmt::format("{} of {} in fresh processes", confirmation.same, confirmation.attempts);
  if (is_confirmed(trace)) return text;
  return fmt::format("**not confirmed**: the same {}; one {}. It must depend on something that is not controlled", text,
                     markdown(shortened_to(confirmation.remark, longest_cell)));
}

std::string size(const Trace& trace) {
  std::string text = fmt::format("{}, {}", counted(trace.steps, "step"), counted(trace.tasks.size(), "task"));
  if (trace.virtual_ns > 0)
    text += fmt::format(", {:.3f} s of virtual time", static_cast<double>(trace.virtual_ns) / 1e9);
  if (!trace.analysis || !trace.analysis->minimised) return text;
  return text + fmt::format("; as it was found, {}", counted(trace.analysis->steps_before, "step"));
}

// What a scenario knows about an obligation that is not met comes in parts, too long for the headline.
std::string parts_of(const std::string& message) {
  constexpr std::string_view separator = "; ";
  std::string text;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = std::min(message.find(separator, at), message.size());
    text += fmt::format("  - {}\n", markdown(message.substr(at, end - at)));
    at = end + separator.size();
  }
  return text;
}

std::string facts(const Trace& trace) {
  const model::Recipe& recipe = trace.recipe;
  const bool is_pct = recipe.strategy == "pct";
  const std::string_view whose_turn = recipe.directed    ? " (driven at a deadlock that other executions predicted)"
                                      : recipe.portfolio ? " (in its turn in the portfolio)"
                                                         : "";
  std::string text = fmt::format("- {}: {}\n", recipe.scenario.empty() ? "Program" : "Scenario",
                                 code(shortened_to(name_of_target(trace), longest_cell)));
  text += fmt::format("- Found by: strategy {}{}{}, seed {}, execution {}\n", markdown(recipe.strategy),
                      is_pct ? fmt::format(" of depth {}", recipe.strategy_depth) : "", whose_turn, recipe.seed,
                      recipe.execution);
  text += fmt::format("- Size: {}\n- Replayed: {}\n", size(trace), replays(trace));
  if (trace.text.find('\n') != std::string::npos)
    text += "- It said:\n\n" + code_block(shortened_to(trace.text, longest_message));
  else if (trace.text.size() > longest_headline_text)
    text += "- It says:\n" + parts_of(shortened_to(trace.text, longest_message));
  return text;
}

std::string why(const Trace& trace, const Words& words) {
  std::string text;
  for (const std::string& sentence : reasons(trace, words))
    text += (text.empty() ? "" : " ") + markdown(shortened_to(sentence, longest_sentence));
  return text.empty() ? text : text + "\n";
}

std::string what_streams_did(const Trace& trace, const Words& words) {
  if (!trace.streams) return {};
  return streams_section(*trace.streams,
                         [&](std::int32_t task) { return words.task(static_cast<std::uint32_t>(task)); });
}

std::string table_row(const Trace& trace, const Words& words, const TaskRecord& task) {
  const bool is_over = task.id == trace.task && is_about_one_place(trace.outcome);
  std::string what = is_over ? std::string(how_it_ended(trace.outcome)) : what_it_waits_for(trace, words, task);
  if (what.empty()) what = "could run";
  return fmt::format("{} | step {} | {} |\n", markdown(shortened_to(what, longest_cell)), task.since_step,
                     code_in_cell(shortened_to(words.place(task.stack), longest_cell / 2)));
}

// Tasks that wait for the same since the same step are rare; they differ in their numbers alone.
std::string who_waits(const Trace& trace, const Words& words) {
  Rows rows(table_limit);
  for (const TaskRecord& task : trace.tasks)
    if (task.state != TaskState::ended)
      rows.add([&] { return fmt::format("| {} | {}", markdown(words.task(task.id)), table_row(trace, words, task)); });
  if (rows.empty()) return {};
  return "| who | what it waits for, and who holds it | since | at |\n|---|---|---|---|\n" +
         rows.text("task", "| *{}* | | | |\n");
}

// With one switch the reasons have named it.
std::string switches(const Trace& trace, const Words& words) {
  const std::vector<std::string> lines = essential_switches(trace, words);
  if (lines.size() < 2) return {};
  Rows rows(switches_limit);
  for (std::size_t i = 0; i < lines.size(); ++i)
    rows.add([&] { return fmt::format("{}. {}\n", i + 1, markdown(shortened_to(lines[i], longest_sentence))); });
  return rows.text("switch", "\n*... and {}*\n");
}

std::string repetition(const Trace& trace, const Words& words) {
  if (trace.outcome != Outcome::livelock) return {};
  const std::string text = repeating_points(trace, words);
  return text.empty() ? text : code_block(shortened_to(text, longest_repetition));
}

std::string again(const Trace& trace, const FindingContext& context) {
  std::string commands;
  if (!context.replay.empty()) commands += context.replay + "\n";
  if (!context.run_again.empty()) commands += context.run_again + "\n";
  std::string text = commands.empty() ? std::string() : code_block(shortened_to(commands, 1200), "console");
  if (!context.replay.empty() && !context.trace.empty())
    text += fmt::format("\nThe first replays {} (from the folder of report.md); the second needs no file.\n",
                        code(shortened_to(context.trace, longest_cell)));
  const std::string rate = rate_words(trace);
  return rate.empty() ? text : text + fmt::format("\n{}.\n", rate);
}

std::string recipe(const Trace& trace) {
  const model::Recipe& recipe = trace.recipe;
  std::string text = fmt::format("wedge {}\nprogram {}\nbuild id {}\n", trace.wedge, recipe.program, recipe.build_id);
  if (!recipe.arguments.empty()) text += "arguments " + shell_line(recipe.arguments) + "\n";
  text += fmt::format("carrier {}\nsteps at most {}\nflags {:#x}\nevents {}, hash {:016x}\n",
                      recipe.carrier == model::CarrierKind::fiber ? "fiber" : "thread", recipe.max_steps, recipe.flags,
                      trace.events_total, trace.events_hash);
  for (const model::Module& module : trace.modules)
    text +=
        fmt::format("module {} {}\n", module.path, module.build_id.empty() ? "without a build id" : module.build_id);
  return code_block(shortened_to(text, 64 * 1024));
}

}  // namespace

std::string run_again(const model::Recipe& recipe) {
  std::vector<std::string> words{"wedge", "run"};
  words.push_back(recipe.scenario.empty() ? recipe.program : recipe.scenario + ":" + recipe.variant);
  const std::string strategy = recipe.portfolio ? "portfolio" : recipe.strategy;
  words.insert(words.end(), {"--strategy", strategy, "--seed", std::to_string(recipe.seed)});
  constexpr std::uint32_t default_depth = 3;
  if (strategy == "pct" || (recipe.portfolio && recipe.strategy_depth != default_depth))
    words.insert(words.end(), {"--depth", std::to_string(recipe.strategy_depth)});
  if ((recipe.flags & model::request_flags::no_early_timeouts) != 0) words.emplace_back("--no-early-timeouts");
  if ((recipe.flags & model::request_flags::no_races) != 0) words.emplace_back("--no-races");
  if ((recipe.flags & model::request_flags::all_points) != 0) words.insert(words.end(), {"--points", "all"});
  if ((recipe.flags & model::request_flags::spurious_wakeups) != 0) words.emplace_back("--spurious-wakeups");
  if ((recipe.flags & model::request_flags::no_heap) != 0) words.emplace_back("--no-heap");
  if ((recipe.flags & model::request_flags::no_misuse) != 0) words.emplace_back("--no-misuse");
  words.insert(words.end(), {"--executions", std::to_string(recipe.execution + 1)});
  if (!recipe.arguments.empty()) {
    words.emplace_back("--");
    words.insert(words.end(), recipe.arguments.begin(), recipe.arguments.end());
  }
  return shell_line(words);
}

std::string finding_report(const Trace& trace, const FindingContext& context) {
  const Words words(trace);
  Page page;
  page.add("", verdict_line(headline(trace), confidence(trace), trace.fingerprint));
  page.add("Facts", facts(trace));
  page.add("Why", why(trace, words));
  page.add(trace.outcome == Outcome::race ? "The data race" : "Data races on the way", races_section(trace, words));
  if (trace.outcome != Outcome::unsupported) {
    if (trace.memory) page.add("The memory", code_block(shortened_to(memory_text(trace, words), longest_memory)));
    if (!is_about_one_place(trace.outcome)) page.add("The knot", wait_graph(trace, words));
    page.add("How it came to this", interleaving_pictures(trace, words));
    page.add("What repeats", repetition(trace, words));
    page.add("The essential switches", switches(trace, words));
    page.add("Who waits for what", who_waits(trace, words));
    page.add("What the streams were doing", what_streams_did(trace, words));
  }
  page.add("What to change", std::string(trace.memory ? memory_hint(trace) : hint_for(trace.outcome)) + "\n");
  page.add("Run it again", again(trace, context));
  page.fold(stacks_title(trace), stacks_section(trace));
  page.fold("The same with every frame", all_frames_section(trace));
  page.fold("Everything as plain text", code_block(shortened_to(explain(trace), longest_plain_text)));
  page.fold("Raw", recipe(trace));
  return page.text("the trace");
}

}  // namespace wedge::reports
