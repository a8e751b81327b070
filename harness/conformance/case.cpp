// Keeps the list of conformance cases and writes down what they record.
#include "harness/conformance/case.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>

namespace conformance {
namespace {

// A function, not an object: registrations run before the objects of this file exist.
std::vector<Case>& registered() {
  static std::vector<Case> cases;
  return cases;
}

std::string* current_transcript = nullptr;

void write_line(std::string_view key, std::string_view separator, std::string_view value) {
  current_transcript->append(key).append(separator).append(value).append("\n");
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::exact:
      return "exact";
    case Kind::one_of:
      return "one-of";
    case Kind::one_of_atomic:
      return "one-of-atomic";
    case Kind::undefined:
      return "undefined";
    case Kind::alone:
      return "alone";
  }
  return "?";
}

std::string name_of(const Case& which) { return std::string(which.family) + '/' + which.name; }

const std::vector<Case>& all_cases() {
  auto& cases = registered();
  std::sort(cases.begin(), cases.end(), [](const Case& left, const Case& right) {
    const int families = std::strcmp(left.family, right.family);
    return families != 0 ? families < 0 : std::strcmp(left.name, right.name) < 0;
  });
  return cases;
}

Registration::Registration(const char* family, const char* name, Kind kind, void (*body)()) {
  registered().push_back({family, name, kind, body});
}

void record(std::string_view key, std::string_view value) { write_line(key, "=", value); }
void record(std::string_view key, const char* value) { write_line(key, "=", value); }
void record_number(std::string_view key, long value) { write_line(key, "=", std::to_string(value)); }

std::string name_of_error(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : std::to_string(error);
}

void record_error(std::string_view key, int result) { record(key, name_of_error(result)); }

void record_call(std::string_view key, long result) {
  if (result == -1)
    record_error(key, errno);
  else
    record(key, result);
}

void record_one_of(std::string_view key, std::string_view value, std::initializer_list<std::string_view> permitted) {
  std::string line(value);
  line.append(" of ");
  for (const auto& each : permitted) {
    if (&each != permitted.begin()) line.append("|");
    line.append(each);
  }
  write_line(key, "~", line);
}

void run_case(const Case& which, std::string& transcript) {
  current_transcript = &transcript;
  transcript.append("== ").append(name_of(which)).append("\n");
  try {
    which.body();
  } catch (const std::exception& error) {
    record("uncaught exception", error.what());
  }
  if (which.kind != Kind::alone) transcript.append("== end\n");  // those write it on their way out
}

}  // namespace conformance
