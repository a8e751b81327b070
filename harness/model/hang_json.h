// Hangs as files: schema "wedge-hang/1", with a checksum over everything else in it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/model/hang.h"

namespace wedge::model {

inline constexpr std::string_view hang_schema = "wedge-hang/1";

// A file that cannot be used as a hang; what() is one sentence for the user, without the name of the file.
class HangError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string write_hang(const Hang& hang);
Hang read_hang(std::string_view text);

}  // namespace wedge::model
