// Empties a pipe from outside, and lets processes close what they forgot to.
#include "harness/diagnose/probe_flow.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/diagnose/after_probe.h"
#include "harness/diagnose/borrowed_thread.h"

namespace wedge::diagnose {
namespace {

using model::DescriptorEnd;
using model::Hang;
using model::HangClass;
using model::HangDescriptor;
using model::HangProcess;
using model::HangThread;
using model::WaitKind;

const HangDescriptor* descriptor_of(const HangProcess& process, std::int32_t number) {
  const auto found = std::ranges::find(process.descriptors, number, &HangDescriptor::descriptor);
  return found == process.descriptors.end() ? nullptr : &*found;
}

const HangProcess* process_of(const Hang& hang, std::int32_t pid) {
  const auto found = std::ranges::find(hang.processes, pid, &HangProcess::pid);
  return found == hang.processes.end() ? nullptr : &*found;
}

bool all_in_tree(const Hang& hang, const std::vector<DescriptorEnd>& ends) {
  return std::ranges::all_of(ends, [&](const DescriptorEnd& end) { return process_of(hang, end.pid) != nullptr; });
}

void add_probe(const Hang& hang, const HangProcess& process, const HangThread& thread, std::vector<FlowProbe>& probes) {
  const HangClass hang_class = hang.verdict.hang_class;
  for (const model::WaitDescriptor& wanted : thread.wait.descriptors) {
    const HangDescriptor* descriptor = descriptor_of(process, wanted.descriptor);
    if (descriptor == nullptr || thread.wait.timeout_s) continue;
    const bool is_pipe = descriptor->kind == "pipe" || descriptor->kind == "fifo";
    const bool is_socket = descriptor->kind.ends_with("socket");
    if (hang_class == HangClass::pipe_back_pressure && thread.wait.kind == WaitKind::write && is_pipe)
      probes.push_back({FlowProbe::Kind::drain, &process, &thread, wanted.descriptor, {}, false});
    // What belongs to processes that are not condemned stays as it is.
    const bool reads = thread.wait.kind != WaitKind::write && (is_pipe || is_socket);
    if (hang_class == HangClass::orphaned_io && reads && descriptor->other_end_known &&
        !descriptor->other_end.empty() && all_in_tree(hang, descriptor->other_end))
      probes.push_back(
          {FlowProbe::Kind::close, &process, &thread, wanted.descriptor, descriptor->other_end, is_socket});
  }
}

// Throws away what is in a pipe, as its reader would take it.
class Drain {
 public:
  explicit Drain(const FlowProbe& probe)
      : pipe_(open((process_path(probe.process->pid) + "/fd/" + std::to_string(probe.descriptor)).c_str(),
                   O_RDONLY | O_NONBLOCK | O_CLOEXEC)),
        error_(pipe_ < 0 ? std::string("the pipe cannot be opened: ") + std::strerror(errno) : std::string()) {}
  ~Drain() {
    if (pipe_ >= 0) close(pipe_);
  }
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  const std::string& error() const { return error_; }
  std::size_t bytes() const { return bytes_; }
  void take() {
    for (ssize_t got = 0; (got = read(pipe_, buffer_.data(), buffer_.size())) > 0;)
      bytes_ += static_cast<std::size_t>(got);
  }

 private:
  int pipe_;
  std::string error_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  std::size_t bytes_ = 0;
};

std::string close_peers(const FlowProbe& probe) {
  for (const DescriptorEnd& peer : probe.peers) {
    const auto stat = read_stat(process_path(peer.pid));
    if (!stat || stat->state == 'D') return "process " + std::to_string(peer.pid) + " cannot be stopped";
    const AddressSpace memory(peer.pid);
    BorrowedThread thread(memory, peer.pid == probe.process->pid ? probe.thread->tid : peer.pid);
    const auto number = static_cast<std::uint64_t>(peer.descriptor);
    const auto result = probe.is_socket ? thread.system_call(SYS_shutdown, {number, SHUT_RDWR, 0, 0, 0, 0})
                                        : thread.system_call(SYS_close, {number, 0, 0, 0, 0, 0});
    if (!result) return thread.remark();
    if (*result < 0) return std::strerror(static_cast<int>(-*result));
  }
  return {};
}

std::string describe(const FlowProbe& probe) {
  const std::string descriptor = std::to_string(probe.descriptor) + " of process " + std::to_string(probe.process->pid);
  if (probe.kind == FlowProbe::Kind::drain) return "emptying the pipe behind descriptor " + descriptor;
  std::string ends;
  for (const DescriptorEnd& peer : probe.peers)
    ends += (ends.empty() ? "" : ", ") + std::to_string(peer.descriptor) + " of process " + std::to_string(peer.pid);
  return (probe.is_socket ? "shutting down" : "closing") + std::string(" the other end of descriptor ") + descriptor +
         " (descriptor " + ends + ")";
}

ProbeOutcome failed(ProbeOutcome outcome, const std::string& error) {
  outcome.probe.result = "failed: " + error;
  return outcome;
}

}  // namespace

std::vector<FlowProbe> flow_probes(const Hang& hang) {
  std::vector<FlowProbe> probes;
  for (const HangProcess& process : hang.processes)
    for (const HangThread& thread : process.threads) add_probe(hang, process, thread, probes);
  return probes;
}

ProbeOutcome make(const FlowProbe& probe, std::chrono::milliseconds limit) {
  const Waiter waiter{probe.process->pid, probe.thread->tid, probe.thread->wait.kind, 0};
  ProbeOutcome outcome;
  outcome.tid = waiter.tid;
  outcome.probe.what = describe(probe);
  outcome.probe.conclusion = "inconclusive";
  if (!still_waits(waiter)) {
    outcome.probe.result = "not made: thread " + std::to_string(waiter.tid) + " does not wait there any more";
    return outcome;
  }
  const bool drains = probe.kind == FlowProbe::Kind::drain;
  const AfterProbe after({waiter}, drains ? 0 : waiter.tid);
  Reacted reacted;
  if (drains) {
    Drain drain(probe);
    if (!drain.error().empty()) return failed(std::move(outcome), drain.error());
    reacted = after.watch(limit, [&drain] { drain.take(); });
    outcome.probe.result = std::to_string(drain.bytes()) + " bytes came out; ";
  } else {
    const std::string error = close_peers(probe);
    if (!error.empty()) return failed(std::move(outcome), error);
    reacted = after.watch(limit);
  }
  outcome.probe.result += reacted.text;
  if (reacted.reaction != Reaction::went_on) return outcome;
  outcome.shown = drains ? Shown::pipe_was_full : Shown::peer_kept_open;
  outcome.probe.conclusion = drains ? "the full pipe was all that held it up"
                                    : "the end of the stream was all that it waited for, and somebody kept it open";
  return outcome;
}

}  // namespace wedge::diagnose
