// Who could end the wait of a thread: the question behind every class of hang.
//
// A wait is about targets (a lock, each descriptor of an epoll set, a child), and each target names the threads that
// could act on it. Any one of them is enough. Whether a thread really would is not knowable from outside, so the
// answer errs to "could": only "nobody could" and "only these, and they cannot either" are conclusions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/diagnose/hang_index.h"

namespace wedge::diagnose {

struct Target {
  std::string key;         // equal for the same thing, whoever waits for it
  std::string label;       // "mutex accounts", "pipe 5 of process 4711"
  std::string edge_label;  // from the thing to its wakers: "held by", "written by"; empty: the wakers are the target
  std::vector<std::size_t> wakers;  // threads that could end the wait
  bool whole_process = false;       // the wakers are all threads of a process that is waited for
  // It is these and nobody else; false for what any thread of a process might do to a shared thing.
  bool certain = false;
  // Of several targets of one wait only the first of these names the other threads of the waiter's own process: a
  // thousand threads with a dozen descriptors each would otherwise name each other a dozen million times.
  bool own_process = false;
  bool outside = false;  // somebody outside the tree could, or it is not known who
  const model::HangDescriptor* descriptor = nullptr;
};

struct WaitPicture {
  // It goes on without anybody's help: it runs, sleeps, or its wait has a time limit.
  bool moves = false;
  std::vector<Target> targets;

  bool owned = false;  // a lock with a known holder, a thread joined, a child: it is waited for in person

  // The thread waits in a call of the CUDA runtime for what is not known to have completed; else null.
  const model::Streams* streams = nullptr;
  const model::StreamCall* call = nullptr;
};

// One picture per thread of the index.
std::vector<WaitPicture> picture_waits(const HangIndex& index);

bool is_lock(model::WaitKind kind);  // that somebody holds: mutex, rwlock, file lock
// That only tells, and nobody holds: condition variable, semaphore, bare futex.
bool is_wakeup(model::WaitKind kind);
bool is_descriptor_wait(model::WaitKind kind);

}  // namespace wedge::diagnose
