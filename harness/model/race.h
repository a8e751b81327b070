// A data race: two accesses to the same memory, at least one of them a write and at least one of them plain, that
// nothing orders. As plain data, for traces and reports.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/control_block.h"

namespace wedge::model {

// An instruction of a file, whatever process it is loaded into. Offsets are those of the file.
struct CodePlace {
  std::string module;
  std::uint64_t offset = 0;

  auto operator<=>(const CodePlace&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

// Two places that race, the smaller first.
struct RacePair {
  CodePlace one;
  CodePlace other;

  auto operator<=>(const RacePair&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

inline constexpr std::array<std::string_view, 4> memory_kind_names{"unknown", "static variable", "heap", "stack"};

struct RaceAccess {
  std::uint16_t task = 0;
  bool writes = false;
  bool atomic = false;
  bool frees = false;
  std::uint64_t step = 0;                // 0: unknown
  std::uint32_t stack = 0;               // innermost frame first; only that frame where no more is known
  std::uint32_t locks = 0;               // how many the task held
  std::vector<std::uint32_t> lock = {};  // the first of them, as numbers of objects

  bool operator==(const RaceAccess&) const = default;
};

struct Race {
  RaceAccess earlier;
  RaceAccess later;
  std::uint32_t bytes = 0;  // that both touched
  MemoryKind memory = MemoryKind::unknown;
  std::uint16_t owner = no_task;  // stack: whose; heap: who allocated the block
  std::uint32_t module = no_module;
  std::uint64_t offset = 0;  // in the module; heap: in the block
  std::string name;          // static variable: what the source calls it
  BlockKind block_kind = BlockKind::malloc;
  std::uint64_t block_size = 0;
  std::uint32_t block_stack = 0;
  bool known = false;  // another finding of the same campaign
  std::string benign;  // why it is harmless; empty: it is not

  bool is_news() const { return !known && benign.empty(); }
  bool operator==(const Race&) const = default;
};

}  // namespace wedge::model
