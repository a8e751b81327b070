// How a conformance case is written: a name, a body, and what the body records, so that the same source can be run
// against glibc and under control and the two transcripts compared.
//
// A case knows nothing of Wedge. `record` states a result that must be the same in every run; `record_one_of` states a
// result that POSIX or C++ leaves open, with the set of permitted values. Both are called from the thread that runs the
// body only. A body ends with every thread it started joined or finished: the next case runs in the same process.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

enum class Kind {
  exact,          // records only what must be the same in every run
  one_of,         // also records unspecified results; each permitted value must be reachable
  one_of_atomic,  // as one_of, but reachable only where atomic operations are points (level 2)
  // Does what POSIX leaves undefined, or is synchronised inside the C++ library, where nobody sees it: controlled with
  // --no-misuse and --no-races.
  undefined,
  alone,  // ends its thread or its process: needs a process of its own
};

struct Case {
  const char* family;
  const char* name;
  Kind kind;
  void (*body)();
};

std::string_view name_of(Kind kind);
std::string name_of(const Case& which);  // "family/name"

// All cases of the program, by family and name.
const std::vector<Case>& all_cases();

struct Registration {
  Registration(const char* family, const char* name, Kind kind, void (*body)());
};

void record(std::string_view key, std::string_view value);
void record(std::string_view key, const char* value);
void record_number(std::string_view key, long value);

template <std::integral Value>
void record(std::string_view key, Value value) {
  if constexpr (std::same_as<Value, bool>)
    record(key, value ? "yes" : "no");
  else
    record_number(key, static_cast<long>(value));
}

std::string name_of_error(int error);  // "0", "EBUSY", …

// `result` is what a pthread function returns: 0 or an error number. Records its name.
void record_error(std::string_view key, int result);

// `result` is what a system call wrapper returns: -1 with errno set, or a value.
void record_call(std::string_view key, long result);

void record_one_of(std::string_view key, std::string_view value, std::initializer_list<std::string_view> permitted);

// Appends the transcript of one case: `== FAMILY/NAME`, a line for each record, `== end`.
void run_case(const Case& which, std::string& transcript);

}  // namespace conformance

// Every file of cases defines `case_family` before its first case.
#define CONFORMANCE_CASE(name, kind)                                                                             \
  static void name();                                                                                            \
  static const conformance::Registration name##_registration(case_family, #name, conformance::Kind::kind, name); \
  static void name()

#define CASE(name) CONFORMANCE_CASE(name, exact)
#define CASE_ONE_OF(name) CONFORMANCE_CASE(name, one_of)
#define CASE_ONE_OF_ATOMIC(name) CONFORMANCE_CASE(name, one_of_atomic)
#define CASE_UNDEFINED(name) CONFORMANCE_CASE(name, undefined)
#define CASE_ALONE(name) CONFORMANCE_CASE(name, alone)
