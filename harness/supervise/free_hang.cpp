// Captures and concludes.
#include "harness/supervise/free_hang.h"

#include <array>
#include <cstdio>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/conclude.h"
#include "harness/model/version.h"

namespace wedge::supervise {
namespace {

std::string seconds(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", value);
  return text.data();
}

}  // namespace

model::Hang photograph(pid_t root, const Overrun& overrun) {
  diagnose::CaptureRequest request;
  request.root = root;
  model::Hang hang = diagnose::capture_tree(request);
  hang.wedge = model::version;
  hang.trigger = overrun.own_deadline
                     ? "the scenario's own deadline"
                     : "deadline of " + seconds(static_cast<double>(overrun.hang_after.count()) / 1000);
  hang.elapsed_s = overrun.elapsed_s;
  diagnose::conclude(hang);
  return hang;
}

std::string words_for(const model::Hang& hang) {
  const model::HangVerdict& verdict = hang.verdict;
  std::string text = "had not ended after " + seconds(hang.elapsed_s);
  if (verdict.hang_class == model::HangClass::unknown)
    text += "; what was captured does not say why";
  else if (verdict.hang_class == model::HangClass::not_hung)
    text += "; it is slow, but it moves: give it more time with --hang-after";
  else
    text += "; it looks like this class: " + std::string(name_of(verdict.hang_class)) + " (confidence " +
            std::string(name_of(verdict.confidence)) + ")";
  return verdict.headline.empty() ? text : text + ": " + verdict.headline;
}

}  // namespace wedge::supervise
