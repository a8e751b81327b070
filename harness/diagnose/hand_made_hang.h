// Hangs put together by hand, so that the rules are tested without a process that hangs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::diagnose {

class HandMadeHang {
 public:
  HandMadeHang() {
    hang.root = 100;
    hang.sample_s = 0.25;
    hang.modules = {{"/home/user/program", ""}, {"/usr/lib/libc.so.6", ""}};
    hang.stacks.emplace_back();
  }

  HandMadeHang& process(std::int32_t pid, std::int32_t parent = 1) {
    hang.processes.emplace_back();
    hang.processes.back().pid = pid;
    hang.processes.back().parent = parent;
    hang.processes.back().name = "p" + std::to_string(pid);
    hang.processes.back().state = 'S';
    return *this;
  }

  // In the process made last. `functions` innermost first.
  model::HangThread& thread(std::int32_t tid, model::WaitKind kind, const std::vector<std::string>& functions = {}) {
    model::HangThread& made = hang.processes.back().threads.emplace_back();
    made.tid = tid;
    made.state = kind == model::WaitKind::running ? 'R' : 'S';
    made.wait.kind = kind;
    made.stack_complete = true;
    made.raw = "raw of " + std::to_string(tid);
    made.stack = stack(functions);
    return made;
  }

  model::HangThread& lock(std::int32_t tid, std::uint64_t address, std::int32_t owner) {
    model::HangThread& made = thread(tid, model::WaitKind::mutex, {"worker"});
    made.wait.address = address;
    made.wait.owner = owner;
    made.wait.owner_evidence = "read from the mutex";
    return made;
  }

  model::HangThread& join(std::int32_t tid, std::int32_t joined) {
    model::HangThread& made = thread(tid, model::WaitKind::join, {"main"});
    made.wait.owner = joined;
    return made;
  }

  model::HangThread& child(std::int32_t tid, std::int32_t pid) {
    model::HangThread& made = thread(tid, model::WaitKind::child, {"main"});
    made.wait.owner = pid;
    return made;
  }

  // Waits for one descriptor of the process made last.
  model::HangThread& flow(std::int32_t tid, model::WaitKind kind, std::int32_t number) {
    model::HangThread& made = thread(tid, kind, {"pump"});
    const bool writes = kind == model::WaitKind::write;
    made.wait.descriptors.push_back({number, writes ? "out" : "in", false, false});
    return made;
  }

  model::HangDescriptor& descriptor(std::int32_t number, std::string kind,
                                    std::vector<model::DescriptorEnd> other_end = {}) {
    model::HangDescriptor& made = hang.processes.back().descriptors.emplace_back();
    made.descriptor = number;
    made.kind = std::move(kind);
    made.other_end = std::move(other_end);
    made.other_end_known = true;
    return made;
  }

  model::Hang hang;

 private:
  std::uint32_t stack(const std::vector<std::string>& functions) {
    model::Stack made;
    made.frames.push_back({1, 0x10, {{"__futex_wait", "", 0, true}}});
    for (const std::string& function : functions)
      made.frames.push_back({0, 0x20, {{function, "/src/a.cpp", 3, false}}});
    hang.stacks.push_back(std::move(made));
    return static_cast<std::uint32_t>(hang.stacks.size() - 1);
  }
};

}  // namespace wedge::diagnose
