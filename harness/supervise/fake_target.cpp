// A program that speaks the protocol of control_block.h without the runtime, so that the supervisor can be tested
// alone.
//
// Its first argument says how it behaves; see `behaviours`. Executions divisible by the second argument fail.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include "harness/model/control_block.h"

namespace {

using namespace wedge;
using namespace wedge::model;

ControlBlock* control = nullptr;
int supervisor = -1;
std::uint64_t divisor = 0;

void say(ReplyKind kind, std::uint64_t execution = 0, int wait_status = 0) {
  const Reply reply{kind, wait_status, execution};
  if (write(supervisor, &reply, sizeof reply) != sizeof reply) _exit(9);
}

void write_result(Outcome outcome, const char* text) {
  std::snprintf(control->result.text, sizeof control->result.text, "%s", text);
  control->result.outcome = outcome;
  control->result.exit_status = -1;
  control->result.steps = control->result.choices = 4;
  control->result.events = control->result.tasks = control->result.objects = 0;
  control->result.events_hash = 17 * control->progress.execution;
  control->result.written = 1;
}

// What one execution does in a process of its own.
void pass() { _exit(0); }
void panic() {
  write_result(Outcome::panic, "it failed");
  _exit(0);
}
void die_by_signal() { raise(SIGKILL); }
void end_with_status() { _exit(3); }
void spin() {
  signal(SIGUSR2, SIG_IGN);
  for (;;) pause();
}
void spin_and_answer() {
  signal(SIGUSR2, [](int) {
    write_result(Outcome::hang, "stood between two points");
    _exit(0);
  });
  for (;;) pause();
}

void execute(std::uint64_t execution, void (*failure)()) {
  control->progress.execution = execution;
  const pid_t supervisor_process = getpid();
  const pid_t worker = fork();
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor_process) _exit(9);
    control->progress.worker_pid = getpid();
    if (divisor != 0 && execution % divisor == 0) failure();
    pass();
  }
  int status = 0;
  waitpid(worker, &status, 0);
  if (control->result.written != 0 || status != 0) say(ReplyKind::stopped, execution, status);
}

void list() {
  control->listed = 1;
  std::strcpy(control->listing[0].scenario, "fake/one");
  std::strcpy(control->listing[0].variant, "as-found");
  control->listing[0].expected = Outcome::panic;
  say(ReplyKind::done);
}

void serve(void (*failure)()) {
  say(ReplyKind::ready);
  for (char byte = 0; read(supervisor, &byte, 1) == 1;) {
    const Request& request = control->request;
    if (request.command == Command::list) {
      list();
      continue;
    }
    control->progress.longest = 11;
    control->progress.most_tasks = 3;
    bool stopped = false;
    for (std::uint64_t i = request.first; i < request.first + request.count && !stopped; ++i) {
      stopped = divisor != 0 && i % divisor == 0;
      execute(i, failure);
    }
    if (!stopped) say(ReplyKind::done);
  }
}

void end_early() {
  std::fprintf(stderr, "libmissing.so: cannot open shared object file\n");
  std::exit(127);
}

void end_later() {
  say(ReplyKind::ready);
  char byte = 0;
  if (read(supervisor, &byte, 1) == 1) _exit(4);
}

void end_by_interrupt() {
  say(ReplyKind::ready);
  char byte = 0;
  if (read(supervisor, &byte, 1) == 1) raise(SIGINT);
}

void refuse() {
  say(ReplyKind::ready);
  char byte = 0;
  if (read(supervisor, &byte, 1) != 1) return;
  std::strcpy(control->result.text, "not like this");
  say(ReplyKind::refused);
  pause();
}

const std::map<std::string, void (*)()> behaviours{
    {"panic", [] { serve(panic); }},
    {"die-by-signal", [] { serve(die_by_signal); }},
    {"end-with-status", [] { serve(end_with_status); }},
    {"spin", [] { serve(spin); }},
    {"spin-and-answer", [] { serve(spin_and_answer); }},
    {"end-early", end_early},
    {"end-later", end_later},
    {"end-by-interrupt", end_by_interrupt},
    {"refuse", refuse},
    {"never-ready", [] { pause(); }},
};

}  // namespace

int main(int argc, char** argv) {
  int memory = -1;
  const char* files = std::getenv(control_environment);
  if (argc < 3 || files == nullptr || std::sscanf(files, "%d,%d", &supervisor, &memory) != 2) return 2;
  control = static_cast<ControlBlock*>(
      mmap(nullptr, sizeof(ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0));
  if (control == MAP_FAILED || control->magic != control_magic) return 2;
  divisor = std::strtoull(argv[2], nullptr, 10);
  behaviours.at(argv[1])();
  return 0;
}
