// One signal per runtime, and a little patience.
#include "harness/supervise/runtime_dumps.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wedge::supervise {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{2};
constexpr std::chrono::milliseconds quiet{300};  // nothing more is written for so long: the dump is complete
constexpr std::chrono::milliseconds look{20};
constexpr off_t most_text = 256 * 1024;

struct Question {
  int signal;
  int answer;       // the descriptor that the dump is written to
  bool goes_on;     // the process survives the signal
  bool must_catch;  // without a handler the signal would only kill
};

std::optional<Question> question_for(const std::string& runtime) {
  // SIGABRT is the only signal that faulthandler, armed by the environment, answers and that no library sends by
  // chance.
  if (runtime == "python") return Question{SIGABRT, 2, false, true};
  if (runtime == "jvm") return Question{SIGQUIT, 1, true, true};
  if (runtime == "go") return Question{SIGQUIT, 2, false, true};
  return std::nullopt;
}

bool catches(const model::HangProcess& process, int signal) {
  return (process.caught_signals >> (signal - 1) & 1) != 0;
}

off_t size_of(int file) {
  struct stat status = {};
  return fstat(file, &status) == 0 ? status.st_size : 0;
}

// The file behind a descriptor of the process; -1 if it is none that can be read again.
int answer_file(pid_t pid, int descriptor) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(descriptor);
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return -1;
  return open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

bool has_ended(const ProcessEntry& process) {
  const auto now = process_entry(process.pid);
  return now.empty() || now.front().ended() || now.front().start_time != process.start_time;
}

void wait_for_answer(const ProcessEntry& process, int file, off_t before) {
  const auto end = Clock::now() + patience;
  off_t size = before;
  auto last_growth = Clock::now();
  while (Clock::now() < end && !has_ended(process)) {
    const off_t now = file < 0 ? before : size_of(file);
    if (now != size) last_growth = Clock::now();
    size = now;
    if (size > before && Clock::now() - last_growth >= quiet) return;
    std::this_thread::sleep_for(look);
  }
}

std::string text_between(int file, off_t from, off_t to) {
  std::string text(static_cast<std::size_t>(std::min(to - from, most_text)), '\0');
  const ssize_t got = pread(file, text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string ask(const ProcessEntry& process, const Question& question) {
  // The text is wanted and no core file.
  const rlimit nothing{};
  prlimit(process.pid, RLIMIT_CORE, &nothing, nullptr);
  const int file = answer_file(process.pid, question.answer);
  const off_t before = file < 0 ? 0 : size_of(file);
  if (!send_signal(process, question.signal)) {
    close(file);
    return "could not be asked: it has ended or may not be signalled";
  }
  wait_for_answer(process, file, before);
  const std::string where = question.answer == 1 ? "its standard output" : "its standard error";
  if (file < 0) return "asked to write its stacks to " + where + ", which is not a file and so not copied here";
  const std::string text = text_between(file, before, size_of(file));
  close(file);
  return text.empty() ? "was asked to write its stacks to " + where + " and wrote nothing" : text;
}

}  // namespace

std::vector<std::string> environment_for_dumps() {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.emplace_back(*entry);
  if (std::getenv("PYTHONFAULTHANDLER") == nullptr) result.emplace_back("PYTHONFAULTHANDLER=1");
  return result;
}

std::vector<model::RuntimeDump> ask_runtimes(const model::Hang& hang, const std::vector<ProcessEntry>& members) {
  std::vector<model::RuntimeDump> dumps;
  for (const model::HangProcess& process : hang.processes) {
    const auto question = question_for(process.runtime);
    const auto member = std::ranges::find(members, process.pid, &ProcessEntry::pid);
    if (!question || member == members.end() || member->ended()) continue;
    const bool can_answer = !question->must_catch || catches(process, question->signal);
    dumps.push_back({process.pid, process.runtime,
                     can_answer ? ask(*member, *question) : "not asked: it does not catch the signal for that"});
  }
  return dumps;
}

}  // namespace wedge::supervise
