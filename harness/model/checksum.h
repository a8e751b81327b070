// The hash behind checksums and fingerprints: FNV-1a with 64 bits, chosen because it is the same everywhere for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wedge::model {

class Checksum {
 public:
  void add(std::string_view bytes) {
    for (char byte : bytes) add_byte(static_cast<unsigned char>(byte));
  }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<unsigned char>(number >> shift));
  }
  std::uint64_t value() const { return value_; }
  std::string hex() const {
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = "0123456789abcdef"[(value_ >> (60 - 4 * i)) & 15];
    return text;
  }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }

  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace wedge::model
