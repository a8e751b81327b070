// A small seeded random generator for schedule choices: a few instructions a number, equal on every machine.
#pragma once

#include <cstdint>

namespace wedge::runtime {

class RandomSource {
 public:
  void seed(std::uint64_t value) {
    a_ = mix(value + 0x9e3779b97f4a7c15ULL);
    b_ = mix(value + 2 * 0x9e3779b97f4a7c15ULL) | 1;
  }

  // xoroshiro64-style on 64-bit halves ("xoroshiro128+").
  std::uint64_t next() {
    const std::uint64_t result = a_ + b_;
    const std::uint64_t mixed = b_ ^ a_;
    a_ = rotate(a_, 24) ^ mixed ^ (mixed << 16);
    b_ = rotate(mixed, 37);
    return result;
  }

  // Uniform below n by multiplication; the bias is under n / 2^32.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t a_ = 1;
  std::uint64_t b_ = 2;
};

}  // namespace wedge::runtime
