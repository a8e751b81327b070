// Choices as text: run lengths, then seven bits per byte, then base64.
#include "harness/model/choices_codec.h"

#include "harness/model/trace.h"

namespace wedge::model {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void put_number(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
}

std::uint64_t take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) throw TraceError("its choices end in the middle");
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
  throw TraceError("its choices hold a number that is too long");
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + 2);
  std::uint32_t pending = 0;
  int bits = 0;
  for (char byte : bytes) {
    pending = pending << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) text.push_back(alphabet[pending >> (bits - 6) & 63]);
  }
  if (bits > 0) text.push_back(alphabet[pending << (6 - bits) & 63]);
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  int bits = 0;
  for (char letter : text) {
    const std::size_t digit = alphabet.find(letter);
    if (digit == std::string_view::npos) throw TraceError("its choices hold a letter that is not base64");
    pending = pending << 6 | static_cast<std::uint32_t>(digit);
    if ((bits += 6) >= 8) bytes.push_back(static_cast<char>(pending >> (bits -= 8)));
  }
  return bytes;
}

}  // namespace

std::string pack_choices(std::span<const ChoiceEntry> choices) {
  std::string bytes;
  for (std::size_t i = 0; i < choices.size();) {
    std::size_t end = i + 1;
    while (end < choices.size() && choices[end] == choices[i]) ++end;
    put_number(bytes, choices[i]);
    put_number(bytes, end - i);
    i = end;
  }
  return to_base64(bytes);
}

std::vector<ChoiceEntry> unpack_choices(std::string_view text) {
  const std::string bytes = from_base64(text);
  std::string_view rest = bytes;
  std::vector<ChoiceEntry> choices;
  while (!rest.empty()) {
    const std::uint64_t value = take_number(rest);
    const std::uint64_t length = take_number(rest);
    if (value > 0xffff || length == 0 || length > max_choices - choices.size())
      throw TraceError("its choices hold a run that cannot be");
    choices.insert(choices.end(), length, static_cast<ChoiceEntry>(value));
  }
  return choices;
}

}  // namespace wedge::model
