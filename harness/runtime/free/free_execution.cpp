// Beginning, delaying and failing on the free rung.
#include "harness/runtime/free/free_execution.h"

#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>

#include "harness/runtime/free/delays.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/mode.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/control.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

struct ThreadDelays {
  bool begun = false;
  std::uint64_t stream = 0;
  std::uint64_t children = 0;
  DelaySource source;
};

// Read at every point, so it must not cost a call into the loader.
[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadDelays own;

DelayLevel level = DelayLevel::none;
bool active = false;
bool runs_scenario = false;
std::uint64_t root_stream = 0;
std::atomic<std::uint64_t> strangers{0};
std::atomic<long> last_speaker{0};  // the thread that tells how the execution failed; 0: none yet

DelayLevel level_of(const model::Request& request) {
  if ((request.flags & model::request_flags::heavy_delays) != 0) return DelayLevel::heavy;
  return (request.flags & model::request_flags::light_delays) != 0 ? DelayLevel::light : DelayLevel::none;
}

void begin_delays(std::uint64_t stream) {
  own.begun = true;
  own.stream = stream;
  own.children = 0;
  own.source.begin(level, stream);
}

// A thread that was made behind our back: by clone(), or inside the C library.
void begin_delays_of_stranger() {
  constexpr std::uint64_t far = std::uint64_t{1} << 32;
  begin_delays(stream_of_child(root_stream, far + strangers.fetch_add(1)));
}

void spin(std::uint32_t ns) {
  constexpr std::uint64_t ticks_per_ns = 2;  // about: how long exactly makes no difference
  const std::uint64_t start = __builtin_ia32_rdtsc();
  while (__builtin_ia32_rdtsc() - start < ns * ticks_per_ns) __builtin_ia32_pause();
}

struct ThreadStart {
  void* (*function)(void*);
  void* argument;
  std::uint64_t stream;
};

void* run_free_thread(void* argument) {
  const ThreadStart start = *static_cast<ThreadStart*>(argument);
  delete static_cast<ThreadStart*>(argument);
  begin_delays(start.stream);
  delay_at_point();
  return start.function(start.argument);
}

std::uint64_t now_ns() {
  timespec now{};
  raw::call(SYS_clock_gettime, CLOCK_MONOTONIC, reinterpret_cast<long>(&now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

bool is_worker() { return control->progress.worker_pid == static_cast<std::int32_t>(raw::call(SYS_getpid)); }

void run_to_the_end(const std::function<void()>& body) noexcept { body(); }

}  // namespace

void delay_at_point() {
  if (!own.begun) begin_delays_of_stranger();
  const Delay delay = own.source.next();
  if (delay.kind == Delay::Kind::yield) raw::call(SYS_sched_yield);
  if (delay.kind == Delay::Kind::spin) spin(delay.ns);
  if (delay.kind == Delay::Kind::sleep) {
    const timespec span{0, static_cast<long>(delay.ns)};
    raw::call(SYS_nanosleep, reinterpret_cast<long>(&span), 0);
  }
}

bool wants_free(const model::Request& request) { return (request.flags & model::request_flags::free_running) != 0; }

void begin_free_execution(std::uint64_t execution, bool scenario) {
  raw::call(SYS_setpgid, 0, 0);  // so that what it forks can be ended with it
  control->progress.execution = execution;
  control->progress.deadline_ns = 0;
  find_modules();
  begin_execution(control->request, execution);
  install_failure_handlers();
  level = level_of(control->request);
  runs_scenario = scenario;
  root_stream = model::execution_seed(control->request.seed, execution);
  begin_delays(root_stream);
  control->progress.began_ns = now_ns();
  active = true;
  mode.free = true;
}

void run_free_body(const std::function<void()>& body) {
  run_to_the_end(body);
  raw::exit_process(0);
}

bool is_free() { return active && is_worker(); }
bool is_child_of_free() { return active && !is_worker(); }

int create_free_thread(pthread_t* out, const pthread_attr_t* attributes, void* (*function)(void*), void* argument) {
  delay_at_point();
  auto* start = new (std::nothrow) ThreadStart{function, argument, stream_of_child(own.stream, own.children++)};
  if (start == nullptr) return EAGAIN;
  const int error = real::pthread_create(out, attributes, run_free_thread, start);
  if (error != 0) delete start;
  return error;
}

void claim_last_word() {
  const long me = raw::call(SYS_gettid);
  long nobody = 0;
  if (last_speaker.compare_exchange_strong(nobody, me) || nobody == me) return;
  for (;;) raw::call(SYS_pause);
}

// A status other than 0 is a failure; the exit handlers still run, and may fail otherwise.
void note_free_exit(const char* call, int status) {
  if (runs_scenario) fail(Outcome::panic, "%s(%d) was called: a scenario must return from its body", call, status);
  if ((status & 0xff) == 0) return;
  claim_last_word();
  mode.free = false;
  std::snprintf(control->result.text, sizeof control->result.text, "the program ends with status %d", status & 0xff);
  control->result.exit_status = status & 0xff;
  record_result(Outcome::panic);
  mode.free = true;
  last_speaker = 0;
}

void set_free_deadline(std::chrono::nanoseconds limit) {
  control->progress.deadline_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
}

void note_freely(std::string_view text) {
  static std::atomic<std::uint32_t> count{0};
  const std::uint32_t index = count.fetch_add(1);
  if (index >= model::max_notes) return;
  char(&to)[sizeof model::NoteRecord::text] = control->notes[index].text;
  const std::size_t length = text.copy(to, sizeof to - 1);
  to[length] = '\0';
  __atomic_fetch_add(&control->result.notes, 1, __ATOMIC_SEQ_CST);
}

}  // namespace wedge::runtime
