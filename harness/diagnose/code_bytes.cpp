// Recognises the encodings of the call instruction of x86-64 that end at an address.
#include "harness/diagnose/code_bytes.h"

#include <array>
#include <cstring>

namespace wedge::diagnose {
namespace {

constexpr std::size_t longest_call = 7;

// Opcode FF with the digit 2: a call through a register or memory.
bool is_indirect_call(const std::uint8_t* code, std::size_t length) {
  if (code[0] != 0xff || (code[1] >> 3 & 7) != 2) return false;
  const unsigned mode = code[1] >> 6;
  const unsigned base = code[1] & 7;
  std::size_t expected = 2;
  if (mode != 3 && base == 4) ++expected;  // an index byte follows
  if (mode == 1) expected += 1;
  if (mode == 2 || (mode == 0 && base == 5)) expected += 4;
  return expected == length;
}

}  // namespace

CodeBytes::Call CodeBytes::call_before(std::uint64_t address) {
  const Mapping* mapping = memory_.mapping_at(address - 1);
  if (mapping == nullptr || !mapping->executable || address - mapping->start < longest_call) return {};
  const auto [known, is_new] = known_.try_emplace(address);
  if (!is_new) return known->second;
  std::array<std::uint8_t, longest_call> code;
  if (!memory_.read(address - code.size(), code.data(), code.size())) return {};
  if (code[2] == 0xe8) {
    std::int32_t distance = 0;
    std::memcpy(&distance, code.data() + 3, sizeof distance);
    return known->second = {true, address + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance))};
  }
  for (std::size_t length = 2; length <= longest_call; ++length)
    if (is_indirect_call(code.data() + code.size() - length, length)) known->second.is_call = true;
  return known->second;
}

}  // namespace wedge::diagnose
