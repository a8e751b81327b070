// A process tree that stands still, as it was seen from outside, and what follows from that: the input of every hang
// report, whatever language the program is written in.
//
// A hang is a JSON file, schema "wedge-hang/1" (hang_json.h); its keys are the names of the members below. It is a
// photograph and not a recording: it holds the process and thread numbers, times and addresses of one moment. Only the
// fingerprint is the same for the same hang elsewhere. A member that is added here has to be added to hang_json.cpp and
// to reports/schemas, too; the tests of both know only what is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/streams.h"
#include "harness/model/trace.h"

namespace wedge::model {

enum class HangClass : std::uint8_t {
  unknown,
  not_hung,  // slow, but it moves
  deadlock,
  lost_wakeup,
  missing_producer,
  abandoned_owner,
  orphaned_io,
  starvation,
  busy_livelock,
  pool_exhausted,
  pipe_back_pressure,
  deferred_work,
  signal_undeliverable,
  device_work,
  count_,
};
std::string_view name_of(HangClass hang_class);  // "deadlock", "pipe back-pressure", ...

// How much there is behind a class: the facts allow it, make it likely, leave nothing else, or a probe has shown it.
enum class Confidence : std::uint8_t { none, low, medium, high, proven, count_ };
std::string_view name_of(Confidence confidence);

enum class WaitKind : std::uint8_t {
  none,     // ended, or not known
  running,  // on a processor, or ready for one
  mutex,
  rwlock_read,
  rwlock_write,
  condition,
  join,
  semaphore,
  futex,  // a futex that is none of the above: std::atomic::wait, a future, another language's lock
  sleep,
  child,  // wait4, waitid, a pidfd
  vfork,
  read,
  write,
  accept,
  connect,
  poll,  // poll, ppoll, select, pselect
  epoll,
  signal,  // sigwait, sigtimedwait, sigsuspend, pause
  file_lock,
  other,
  count_,
};
std::string_view name_of(WaitKind kind);

// One descriptor that a wait is about: of read, write, accept and connect the only one, of poll and epoll each member.
struct WaitDescriptor {
  std::int32_t descriptor = -1;
  std::string wanted;  // "in", "out", "in out"
  bool ready = false;  // what is wanted has happened; the thread is not taking it
  bool edge = false;   // epoll: told once per arrival (EPOLLET). `wanted` is empty for a disarmed EPOLLONESHOT
};

struct Wait {
  WaitKind kind = WaitKind::none;
  std::string system_call;             // "futex", "epoll_wait"; empty: runs, or not readable
  std::uint64_t address = 0;           // of the lock, condition variable or futex
  std::string object;                  // what the source calls it, or empty
  std::string flavour;                 // mutex: "normal", "recursive", "errorcheck", "robust", "priority-inheriting"
  std::optional<std::int32_t> owner;   // tid (as this process tree sees it) of the holder, joinee; pid of the child
  bool owner_is_gone = false;          // the holder has ended
  std::string owner_evidence;          // "read from the mutex", "the lock's address is on its stack (suspect)"
  std::optional<double> timeout_s;     // it ends by itself after this long; none: for ever
  std::optional<double> since_s;       // it has been in this wait for at least so long
  std::uint32_t waiters = 0;           // condition variable, semaphore: how many wait, as the object counts
  std::optional<bool> signal_pending;  // condition variable: a signal was sent that nobody has taken yet
  std::optional<bool> value_changed;   // futex: the word no longer has the value that the thread waits to see changed
  std::uint64_t awaited_signals = 0;   // sigwait, sigtimedwait: bit n - 1: signal n
  std::vector<WaitDescriptor> descriptors;
  std::string text;  // one line for people: "waits for mutex accounts (normal), held by thread 4711"
};

enum class StackSource : std::uint8_t { none, passive, seized, count_ };
std::string_view name_of(StackSource source);

struct HangThread {
  std::int32_t tid = 0;
  std::string name;
  char state = '?';  // as /proc has it: R S D T t Z X
  Wait wait;
  StackSource stack_source = StackSource::none;
  bool stack_complete = false;
  std::string stack_remark;  // why there is none, or why it ends early
  std::uint32_t stack = 0;   // index into Hang::stacks; [0] is "unknown"
  // Between the two samples.
  double cpu_s = 0;
  double run_delay_s = 0;  // ready, and no processor for it
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t blocked_signals = 0;  // bit n - 1: signal n
  std::uint64_t pending_signals = 0;
  // Of a running thread: its registers were looked at so often, and so many looks found what one before had found.
  // A calculation never comes back to the same registers; a loop that waits does.
  std::uint32_t looks = 0, repeated_looks = 0;
  std::string raw;  // the lines of /proc that this was read from
};

struct DescriptorEnd {
  std::int32_t pid = 0;
  std::int32_t descriptor = -1;
};

struct HangDescriptor {
  std::int32_t descriptor = -1;
  std::string kind;    // "pipe", "unix socket", "tcp socket", "eventfd", "timerfd", "signalfd", "epoll", "file", ...
  std::string target;  // what /proc/PID/fd shows
  bool readable = false, writable = false;  // opened for
  std::optional<std::uint64_t> unread;      // bytes that wait for whoever reads here
  std::optional<std::uint64_t> capacity;    // of a pipe
  std::optional<bool> ready_in, ready_out;  // what poll() says
  std::optional<std::uint64_t> count;       // of an eventfd
  std::optional<bool> armed;                // timerfd: it will expire, or has
  std::vector<DescriptorEnd> same_end;      // other descriptors for this very end, in any process of the machine
  std::vector<DescriptorEnd> other_end;     // the other end of a pipe or socket
  bool other_end_known = false;             // false: the list above may be incomplete
  std::string text;                         // "pipe, 65536 of 65536 bytes, read by nobody but itself"
};

// Whether SIGINT would end the process, found without sending one.
enum class YesNo : std::uint8_t { unknown, yes, no, count_ };
std::string_view name_of(YesNo answer);
struct CtrlC {
  YesNo works = YesNo::unknown;
  std::string why;  // "SIGINT has its default action and no thread blocks it"
};

struct HangProcess {
  std::int32_t pid = 0;
  std::int32_t parent = 0;
  std::string name;
  std::string command_line;
  std::string executable;
  std::string runtime;  // "python", "go", "jvm", "node"; empty: native
  char state = '?';
  std::string remark;  // what could not be read of it, and the right that is missing
  CtrlC ctrl_c;
  std::uint64_t ignored_signals = 0;
  std::uint64_t caught_signals = 0;
  std::uint64_t pending_signals = 0;
  std::uint64_t bytes_moved = 0;  // read and written between the two samples
  std::vector<HangThread> threads;
  std::vector<HangDescriptor> descriptors;
};

// The wait-for graph. Nodes are threads, processes (waited for as a whole) and things; an edge leads from who waits to
// what it waits for, and from a thing to who holds or feeds it.
enum class NodeKind : std::uint8_t { thread, process, object, count_ };
std::string_view name_of(NodeKind kind);
struct GraphNode {
  NodeKind kind = NodeKind::thread;
  std::int32_t id = 0;  // tid or pid; of an object: its index in this list
  std::string label;    // "thread 4711 'worker'", "mutex accounts", "pipe 3"
  bool in_knot = false;
};
struct GraphEdge {
  std::uint32_t from = 0, to = 0;  // indexes into nodes
  std::string label;               // "waits for", "held by", "read by", "joined by"
  bool in_knot = false;
  bool certain = true;  // false: a suspicion
};
struct WaitGraph {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

struct Fact {
  std::string id;    // "F1"
  std::string text;  // "thread 4711 waits for mutex accounts"
  std::string raw;   // what it was read from
};

struct HangVerdict {
  HangClass hang_class = HangClass::unknown;
  Confidence confidence = Confidence::none;
  std::string headline;          // "3 threads wait for each other's mutexes"
  std::vector<std::string> why;  // at most three sentences; each names its facts: "... (F1, F3)"
  std::vector<Fact> facts;
};

// One experiment on the condemned process, after the report was safe.
struct Probe {
  std::string what;        // "pthread_cond_broadcast on condition variable ready_ in process 4711"
  std::string result;      // "thread 4712 went on and the process ended"
  std::string conclusion;  // "the wakeup was lost: the predicate was already true"
};

// What a language runtime wrote when it was asked to dump itself.
struct RuntimeDump {
  std::int32_t pid = 0;
  std::string runtime;
  std::string text;
};

struct Hang {
  std::string wedge;  // the version that wrote it
  std::string fingerprint;

  std::vector<std::string> command;  // as the user gave it; empty for a dump of a running process
  std::string trigger;               // "deadline of 60 s", "idle for 30 s", "asked for"
  double elapsed_s = 0;              // since the command was started; of a dump, since the process was
  std::optional<double> idle_s;      // since it last made progress
  double sample_s = 0;               // between the two samples
  double capture_s = 0;
  double longest_stop_s = 0;         // that a thread was stopped for the capture; 0: none was
  std::string host;                  // "Linux 6.1.0, x86_64, 2 processors"
  std::vector<std::string> missing;  // what could not be read, and what would allow it

  std::int32_t root = 0;  // the pid of the command
  std::vector<HangProcess> processes;
  std::vector<Module> modules;
  std::vector<Stack> stacks;  // [0] is "unknown"
  WaitGraph graph;
  HangVerdict verdict;
  std::vector<Probe> probes;
  std::vector<RuntimeDump> dumps;
  std::vector<Streams> streams;  // of each process whose CUDA calls were recorded

  // Of a hang on the free rung: what to run again.
  std::string scenario;
  std::string variant;
  std::string reproduce;  // the one command
};

}  // namespace wedge::model
