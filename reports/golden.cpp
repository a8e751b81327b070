// Golden files: byte for byte, for what is compared holds nothing that differs from machine to machine.
#include "reports/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include <gtest/gtest.h>

namespace wedge::reports {
namespace {

std::string first_difference(const std::string& approved, const std::string& text) {
  std::istringstream one(approved);
  std::istringstream other(text);
  std::string old_line;
  std::string new_line;
  for (int number = 1;; ++number) {
    const bool has_old = static_cast<bool>(std::getline(one, old_line));
    const bool has_new = static_cast<bool>(std::getline(other, new_line));
    if (!has_old && !has_new) return "only the ends of lines differ";
    if (has_old && has_new && old_line == new_line) continue;
    return "line " + std::to_string(number) + "\n  approved: " + (has_old ? old_line : "(the end)") +
           "\n  now:      " + (has_new ? new_line : "(the end)");
  }
}

}  // namespace

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(WEDGE_GOLDEN) / name;
  const char* approve = std::getenv("WEDGE_APPROVE");
  if (approve != nullptr && std::string_view(approve) == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; scripts/approve writes it";
  std::ostringstream approved;
  approved << file.rdbuf();
  EXPECT_TRUE(approved.str() == text) << name << " is not as approved; scripts/approve writes what is right now.\n"
                                      << first_difference(approved.str(), text);
}

}  // namespace wedge::reports
