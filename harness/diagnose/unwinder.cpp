// Unwinds by libdwfl with memory and registers of our own, searches the stack where it gives up, and knows equal stacks
// again so that a thousand threads of a pool cost little more than one.
#include "harness/diagnose/unwinder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/diagnose/code_bytes.h"

namespace wedge::diagnose {
namespace {

constexpr std::size_t most_frames = 512;
constexpr std::size_t searched_bytes = 65536;  // a larger frame than that is not found by searching
constexpr std::size_t most_attempts = 100;
constexpr int most_steps = 64;  // frames in a row without a table
constexpr std::size_t most_shapes_per_instruction = 64;
constexpr std::array<unsigned, 6> argument_registers{5, 4, 1, 10, 8, 9};  // rdi, rsi, rdx, r10, r8, r9
constexpr unsigned rbp = 6, rsp = 7, rip = 16;

int no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) {
  return -1;
}

// The tables for unwinding stand in the loaded files themselves.
const Dwfl_Callbacks file_callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = no_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

struct Frame {
  std::uint64_t instruction = 0;
  std::uint64_t stack_pointer = 0;  // 0: not known
};

struct Read {
  std::uint64_t distance = 0;  // above the stack pointer
  std::uint64_t value = 0;
};

struct Attempt {
  std::vector<Frame> frames;
  std::vector<Read> reads;
  bool complete = false;
  bool only_in_copy = true;
  bool too_deep = false;
};

// What an unwinding looked at, and what came of it: another stack that holds the same there unwinds the same way.
struct Shape {
  std::vector<Read> reads;
  std::uint64_t height = 0;  // of the stack that it was first seen in
  std::uint64_t stack_pointer = 0;
  Unwound result;
};

bool is_return_address(const Shape& shape, std::uint64_t value) {
  return std::ranges::any_of(shape.result.instructions, [&](std::uint64_t known) { return known + 1 == value; });
}

bool fits(const Shape& shape, const StackCopy& stack) {
  return std::ranges::all_of(shape.reads, [&](const Read& read) {
    const auto word = stack.word(stack.stack_pointer + read.distance);
    if (!word) return false;
    if (is_return_address(shape, read.value)) return *word == read.value;
    const std::uint64_t upwards = read.value - shape.stack_pointer;
    // A pointer into the stack may be a frame's; all other registers steer nothing.
    return upwards >= shape.height || *word - stack.stack_pointer == upwards;
  });
}

// What stood in registers is not known of another thread.
bool returns_by_stack(const Attempt& attempt) {
  return attempt.frames.size() < 2 || std::ranges::any_of(attempt.reads, [&](const Read& read) {
           return read.value == attempt.frames[1].instruction + 1;
         });
}

// How much speaks for a word of the stack being part of a frame record.
struct Candidate {
  std::uint64_t address = 0;
  int rank = 0;  // the lower, the better
};

}  // namespace

std::optional<std::uint64_t> StackCopy::word(std::uint64_t address) const {
  std::uint64_t value = 0;
  if (address < stack_pointer || bytes.size() < sizeof value || address - stack_pointer > bytes.size() - sizeof value)
    return std::nullopt;
  std::memcpy(&value, bytes.data() + (address - stack_pointer), sizeof value);
  return value;
}

class Unwinder::Session {
 public:
  explicit Session(const AddressSpace& memory) : memory_(memory), code_(memory_), dwfl_(dwfl_begin(&file_callbacks)) {
    if (dwfl_ == nullptr) return;
    dwfl_report_begin(dwfl_);
    for (const LoadedModule& module : memory_.modules()) report(module);
    dwfl_report_end(dwfl_, nullptr, nullptr);
    attached_ = dwfl_attach_state(dwfl_, nullptr, memory_.pid(), &thread_callbacks, this);
  }
  ~Session() {
    if (dwfl_ != nullptr) dwfl_end(dwfl_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Unwound unwind(const StackCopy& stack) {
    if (!attached_) return {{stack.instruction}, false, "no file of this process's code could be read"};
    auto& shapes = shapes_[stack.instruction];
    if (!stack.registers)
      for (const Shape& shape : shapes)
        if (fits(shape, stack)) return shape.result;
    Attempt attempt = run(stack, stack.stack_pointer, stack.instruction, std::nullopt);
    Unwound result;
    if (!attempt.complete && !attempt.too_deep && !attempt.frames.empty())
      result.remark = search(stack, attempt);
    else if (attempt.too_deep)
      result.remark = "deeper than " + std::to_string(most_frames) + " frames; the rest is left out";
    for (const Frame& frame : attempt.frames) result.instructions.push_back(frame.instruction);
    if (result.instructions.empty()) result.instructions.push_back(stack.instruction);
    result.complete = attempt.complete;
    if (!stack.registers && attempt.only_in_copy && returns_by_stack(attempt) &&
        shapes.size() < most_shapes_per_instruction)
      shapes.push_back({std::move(attempt.reads), stack.bytes.size(), stack.stack_pointer, result});
    return result;
  }

 private:
  static const Dwfl_Thread_Callbacks thread_callbacks;

  void report(const LoadedModule& module) {
    int file = -1;
    if (module.path == "[vdso]") file = image_of(module);
    if (file < 0 && module.open_path.empty()) return;
    dwfl_report_elf(dwfl_, module.path.c_str(), module.open_path.c_str(), file, module.bias, true);
  }

  // The kernel's own module has no file, so it is given one.
  int image_of(const LoadedModule& module) const {
    const std::vector<std::byte> bytes = memory_.copy(module.start, module.end - module.start);
    const int file = memfd_create("vdso", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) return file;
    close(file);
    return -1;
  }

  Attempt run(const StackCopy& stack, std::uint64_t stack_pointer, std::uint64_t instruction,
              std::optional<std::uint64_t> frame_pointer) {
    Attempt attempt;
    stack_ = &stack;
    attempt_ = &attempt;
    stack_pointer_ = stack_pointer;
    instruction_ = instruction;
    frame_pointer_ = frame_pointer;
    const int end = dwfl_getthread_frames(dwfl_, memory_.pid(), add_frame, this);
    // libdwfl calls it an end, too, when it lacks a register to go on.
    attempt.complete = end == DWARF_CB_OK && !attempt.frames.empty() && is_start(attempt);
    return attempt;
  }

  // Replaces the attempt if a search finds the way on; returns what to say about it.
  std::string search(const StackCopy& stack, Attempt& attempt) {
    const Frame last = attempt.frames.back();
    const std::uint64_t from = last.stack_pointer != 0 ? last.stack_pointer : stack.stack_pointer;
    for (const Candidate& candidate : frame_records(stack, from, last.instruction)) {
      if (!has_table(last.instruction)) break;  // a frame pointer is of no use there
      Attempt better = run(stack, stack.stack_pointer, stack.instruction, candidate.address);
      if (!better.complete || better.frames.size() <= attempt.frames.size()) continue;
      attempt = std::move(better);
      return "a frame pointer was found by searching the stack";
    }
    if (follow_calls(stack, attempt)) return "frames were found by searching the stack";
    const std::string searched =
        follow_nearest_call(stack, attempt) ? "frames were found by searching the stack; " : "";
    const LoadedModule* module = memory_.module_at(attempt.frames.back().instruction);
    return searched + "ends early: no table says how to go on in " +
           (module == nullptr ? "unknown code" : module->path);
  }

  // A frame record is two words: the caller's frame pointer and the return address.
  std::vector<Candidate> frame_records(const StackCopy& stack, std::uint64_t from, std::uint64_t called) {
    std::vector<Candidate> found;
    const std::uint64_t start = called_function(called);
    for (std::uint64_t at = from; at < from + searched_bytes; at += 8) {
      const auto saved = stack.word(at);
      const auto back = stack.word(at + 8);
      if (!back) break;
      if (!code_.follows_call(*back)) continue;
      const bool chained = (*saved > at && *saved < stack.end() && *saved % 8 == 0) || *saved <= 1;
      const bool calls_it = start != 0 && code_.call_target(*back) == start;
      found.push_back({at, (calls_it ? 0 : 2) + (chained ? 0 : 1)});
    }
    return best_first(std::move(found));
  }

  // Where no table covers the code, a word is the return address if the call before it leads to the very function;
  // without such a word any return address will do that leads to the start of the thread.
  bool follow_calls(const StackCopy& stack, Attempt& attempt) {
    const std::vector<Frame> before = attempt.frames;
    for (int step = 0; step < most_steps; ++step) {
      const Frame last = attempt.frames.back();
      const std::uint64_t from = last.stack_pointer != 0 ? last.stack_pointer : stack.stack_pointer;
      const std::vector<Candidate> candidates = return_addresses(stack, from, last.instruction);
      const bool verified = !candidates.empty() && candidates.front().rank == 0;
      for (const Candidate& candidate : candidates)
        if (has_table(*stack.word(candidate.address) - 1) && go_on_at(stack, attempt, candidate.address))
          return true;
        else if (verified)
          break;
      if (!verified) break;
      const std::uint64_t back = *stack.word(candidates.front().address);
      attempt.reads.push_back({candidates.front().address - stack.stack_pointer, back});
      attempt.frames.push_back({back - 1, candidates.front().address + 8});
    }
    attempt.frames = before;
    return false;
  }

  // A library without tables, such as musl, hides the start of every thread as well: then the nearest function of the
  // program that is known to have called something has to do, and the stack stays incomplete.
  bool follow_nearest_call(const StackCopy& stack, Attempt& attempt) {
    const Frame last = attempt.frames.back();
    if (has_table(last.instruction)) return false;
    const std::uint64_t from = last.stack_pointer != 0 ? last.stack_pointer : stack.stack_pointer;
    std::vector<Candidate> candidates = return_addresses(stack, from, last.instruction);
    std::ranges::sort(candidates, {}, &Candidate::address);
    if (candidates.empty()) return false;
    const std::uint64_t back = *stack.word(candidates.front().address);
    const Attempt rest = run(stack, candidates.front().address + 8, back, std::nullopt);
    if (rest.frames.empty()) return false;
    attempt.only_in_copy = false;  // too uncertain to be taken over for other threads
    attempt.frames.insert(attempt.frames.end(), rest.frames.begin(), rest.frames.end());
    attempt.frames[attempt.frames.size() - rest.frames.size()].instruction = back - 1;
    return true;
  }

  std::vector<Candidate> return_addresses(const StackCopy& stack, std::uint64_t from, std::uint64_t called) {
    std::vector<Candidate> found;
    const std::uint64_t start = called_function(called);
    for (std::uint64_t at = from; at < from + searched_bytes; at += 8) {
      const auto back = stack.word(at);
      if (!back) break;
      if (!code_.follows_call(*back)) continue;
      const bool calls_it = start != 0 && code_.call_target(*back) == start;
      if (calls_it || has_table(*back - 1)) found.push_back({at, calls_it ? 0 : 1});
    }
    return best_first(std::move(found));
  }

  static std::vector<Candidate> best_first(std::vector<Candidate> candidates) {
    std::ranges::stable_sort(candidates, {}, &Candidate::rank);
    if (candidates.size() > most_attempts) candidates.resize(most_attempts);
    return candidates;
  }

  bool go_on_at(const StackCopy& stack, Attempt& attempt, std::uint64_t address) {
    const std::uint64_t back = *stack.word(address);
    Attempt rest = run(stack, address + 8, back, std::nullopt);
    if (!rest.complete && !rest.frames.empty()) {
      const Frame last = rest.frames.back();
      for (const Candidate& record :
           frame_records(stack, std::max(last.stack_pointer, address + 8), last.instruction)) {
        Attempt better = run(stack, address + 8, back, record.address);
        if (!better.complete) continue;
        rest = std::move(better);
        break;
      }
    }
    if (!rest.complete) return false;
    rest.frames.front().instruction = back - 1;
    attempt.reads.push_back({address - stack.stack_pointer, back});
    attempt.frames.insert(attempt.frames.end(), rest.frames.begin(), rest.frames.end());
    attempt.reads.insert(attempt.reads.end(), rest.reads.begin(), rest.reads.end());
    attempt.only_in_copy = attempt.only_in_copy && rest.only_in_copy;
    attempt.complete = true;
    return true;
  }

  // What the tables say at an instruction; to be freed.
  std::unique_ptr<Dwarf_Frame, decltype(&std::free)> rules_at(std::uint64_t instruction) {
    Dwfl_Module* module = dwfl_addrmodule(dwfl_, instruction);
    Dwarf_Frame* frame = nullptr;
    for (const auto& tables : {dwfl_module_eh_cfi, dwfl_module_dwarf_cfi}) {
      Dwarf_Addr bias = 0;
      Dwarf_CFI* table = module == nullptr ? nullptr : tables(module, &bias);
      if (table != nullptr && dwarf_cfi_addrframe(table, instruction - bias, &frame) == 0) break;
    }
    return {frame, &std::free};
  }

  bool has_table(std::uint64_t instruction) { return rules_at(instruction) != nullptr; }

  // The code that starts threads and programs declares that it has no caller, or has written a zero for one.
  bool is_start(const Attempt& attempt) {
    const auto rules = rules_at(attempt.frames.back().instruction);
    if (rules == nullptr) return false;
    Dwarf_Op memory[3];
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(rules.get(), rip, memory, &operations, &count) != 0) return false;
    if (count == 0 && operations == memory) return true;
    return !attempt.reads.empty() && attempt.reads.back().value == 0;
  }

  // The start of the function at an instruction; 0 without a symbol.
  std::uint64_t called_function(std::uint64_t instruction) {
    Dwfl_Module* module = dwfl_addrmodule(dwfl_, instruction);
    if (module == nullptr) return 0;
    GElf_Off inside = 0;
    GElf_Sym symbol;
    if (dwfl_module_addrinfo(module, instruction, &inside, &symbol, nullptr, nullptr, nullptr) == nullptr) return 0;
    return inside < symbol.st_size ? instruction - inside : 0;
  }

  static int add_frame(Dwfl_Frame* state, void* argument) {
    auto& self = *static_cast<Session*>(argument);
    Dwarf_Addr instruction = 0;
    bool is_activation = false;
    if (!dwfl_frame_pc(state, &instruction, &is_activation)) return DWARF_CB_ABORT;
    Dwarf_Word stack_pointer = 0;
    if (dwfl_frame_reg(state, rsp, &stack_pointer) != 0) stack_pointer = 0;
    self.attempt_->frames.push_back({is_activation ? instruction : instruction - 1, stack_pointer});
    self.attempt_->too_deep = self.attempt_->frames.size() >= most_frames;
    return self.attempt_->too_deep ? DWARF_CB_ABORT : DWARF_CB_OK;
  }

  static pid_t next_thread(Dwfl*, void* argument, void** thread) {
    if (*thread != nullptr) return 0;
    *thread = argument;
    return static_cast<Session*>(argument)->memory_.pid();
  }

  static bool get_thread(Dwfl*, pid_t, void* argument, void** thread) {
    *thread = argument;
    return true;
  }

  static bool read_memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* result, void* argument) {
    auto& self = *static_cast<Session*>(argument);
    if (const auto word = self.stack_->word(address)) {
      *result = *word;
      self.attempt_->reads.push_back({address - self.stack_->stack_pointer, *word});
      return true;
    }
    self.attempt_->only_in_copy = false;
    return self.memory_.read(address, result, sizeof *result);
  }

  static bool set_registers(Dwfl_Thread* thread, void* argument) {
    const auto& self = *static_cast<Session*>(argument);
    const auto set = [&](unsigned number, Dwarf_Word value) {
      return dwfl_thread_state_registers(thread, static_cast<int>(number), 1, &value);
    };
    dwfl_thread_state_register_pc(thread, self.instruction_);
    if (self.stack_->registers && self.instruction_ == self.stack_->instruction) {
      std::array<Dwarf_Word, 17> all;
      std::ranges::copy(*self.stack_->registers, all.begin());
      return dwfl_thread_state_registers(thread, 0, all.size(), all.data());
    }
    // vfork keeps its return address in the register of its first argument.
    if (self.stack_->arguments && self.instruction_ == self.stack_->instruction)
      for (std::size_t i = 0; i < argument_registers.size(); ++i)
        set(argument_registers[i], (*self.stack_->arguments)[i]);
    const bool known = set(rsp, self.stack_pointer_) && set(rip, self.instruction_);
    return known && (!self.frame_pointer_ || set(rbp, *self.frame_pointer_));
  }

  AddressSpace memory_;
  CodeBytes code_;
  Dwfl* dwfl_;
  bool attached_ = false;
  std::unordered_map<std::uint64_t, std::vector<Shape>> shapes_;  // by the innermost instruction

  // Of the attempt that is being made.
  const StackCopy* stack_ = nullptr;
  Attempt* attempt_ = nullptr;
  std::uint64_t stack_pointer_ = 0;
  std::uint64_t instruction_ = 0;
  std::optional<std::uint64_t> frame_pointer_;
};

const Dwfl_Thread_Callbacks Unwinder::Session::thread_callbacks = {next_thread,   get_thread, read_memory,
                                                                   set_registers, nullptr,    nullptr};

Unwinder::Unwinder(const AddressSpace& memory) : session_(std::make_unique<Session>(memory)) {}
Unwinder::~Unwinder() = default;

Unwound Unwinder::unwind(const StackCopy& stack) { return session_->unwind(stack); }

}  // namespace wedge::diagnose
