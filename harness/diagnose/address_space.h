// The memory of another process: what is mapped where, which files of code these are, and what the bytes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/diagnose/proc_files.h"

namespace wedge::diagnose {

// A file of code; an offset in it is an address minus the bias.
struct LoadedModule {
  std::string path;       // as the process itself knows it
  std::string open_path;  // as we can open it; empty: we cannot
  std::uint64_t bias = 0;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

// May be copied; reading needs the right to ptrace the process but never stops it.
class AddressSpace {
 public:
  AddressSpace() = default;
  explicit AddressSpace(std::int32_t pid);

  std::int32_t pid() const { return pid_; }
  bool known() const { return !mappings_.empty(); }
  int error() const { return error_; }  // why it is not known, as errno

  bool read(std::uint64_t address, void* target, std::size_t size) const;
  // As much as is mapped from there on, at most `size` bytes.
  std::vector<std::byte> copy(std::uint64_t address, std::size_t size) const;
  template <typename Value>
  std::optional<Value> value(std::uint64_t address) const {
    Value result;
    if (!read(address, &result, sizeof result)) return std::nullopt;
    return result;
  }

  const Mapping* mapping_at(std::uint64_t address) const;
  const std::vector<Mapping>& mappings() const { return mappings_; }
  const std::vector<LoadedModule>& modules() const { return modules_; }
  const LoadedModule* module_at(std::uint64_t address) const;

 private:
  void find_modules();

  std::int32_t pid_ = 0;
  int error_ = 0;
  std::vector<Mapping> mappings_;      // in order
  std::vector<LoadedModule> modules_;  // in order of start
};

}  // namespace wedge::diagnose
