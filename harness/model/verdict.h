// What experiments say about the claims that a failure report makes: which theory is right, and which fix to apply.
//
// Nobody declares a verdict. A scenario declares its variants by their names, and what follows from their results is
// computed here:
//   as-found         the program as it was; what it is declared to end in is the *symptom*: an outcome and a text
//   without/X        as found, and X taken away
//   alone/X          the cause taken away, and X there, forced where need be
//   fix/X            as found, and X applied
//   upstream-test/X  a test that upstream has, run on the program as it was
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace wedge::model {

// What one variant showed. Another failure than the symptom does not count as the symptom, and is named.
enum class Showing : std::uint8_t {
  not_tried,  // no such variant, or it was left out
  passes,
  symptom,
  otherwise,
};

enum class ClaimKind : std::uint8_t { hypothesis, fix, upstream_test };

enum class Verdict : std::uint8_t {
  unknown,
  // Of a hypothesis with both variants.
  the_cause,
  necessary,
  can_cause,
  refuted,
  // Of one with `without` alone: whether the failure needs it.
  needed,
  not_needed,
  // Of one with `alone` alone: whether it is enough.
  enough,
  not_enough,
  // Of a fix.
  cures,
  no_effect,
  trades,
  // Of a test on the broken program.
  blind,
  sees,
  count_,
};
std::string_view name_of(Verdict verdict);  // "the cause", "necessary, not sufficient" ...

struct Trial {
  Showing showing = Showing::not_tried;
  const VariantResult* variant = nullptr;  // null: there is none
  const FindingResult* finding = nullptr;  // the symptom, or the first other failure
};

struct Claim {
  ClaimKind kind = ClaimKind::hypothesis;
  std::string name;  // without its prefix
  Trial without;
  Trial alone;
  Trial applied;  // of a fix, and of a test
  Verdict verdict = Verdict::unknown;
};

// All claims about one failure, hypotheses first, in the order of the results.
struct Verdicts {
  std::string scenario;
  Trial as_found;  // showing anything but the symptom: no verdict is known
  std::vector<Claim> claims;
};

// Of every scenario that has an as-found variant and claims about it. Points into `result`.
std::vector<Verdicts> verdicts_of(const RunResult& result);

// The cells of the tables.
Verdict verdict_on_hypothesis(Showing without, Showing alone);
Verdict verdict_on_fix(Showing applied);
Verdict verdict_on_test(Showing applied);

}  // namespace wedge::model
