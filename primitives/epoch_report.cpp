// Says in a sentence where deferred work is and what holds it back.
#include <string>

#include "primitives/epoch.h"

namespace primitives {
namespace {

std::string pinned_words(const Whereabouts& at) {
  if (at.pinned.empty()) return "nobody is pinned";
  std::string text;
  for (const PinnedThread& thread : at.pinned) {
    if (!text.empty()) text += ", ";
    text += "thread " + thread.name + " is pinned since epoch " + std::to_string(thread.epoch);
  }
  return text;
}

std::string slot_words(const Whereabouts& at) {
  const std::string what = at.what.empty() ? "it" : at.what;
  return what + " sits in slot " + std::to_string(at.slot) + " of " + std::to_string(at.slots) + " of ";
}

}  // namespace

std::string describe(const Whereabouts& at) {
  const std::string epoch = pinned_words(at) + "; the global epoch is " + std::to_string(at.epoch);
  switch (at.place) {
    case Whereabouts::Place::in_bag:
      return slot_words(at) + "the bag of thread " + at.owner + ", which has not handed it over; " + epoch;
    case Whereabouts::Place::in_queue:
      return slot_words(at) + "a bag of thread " + at.owner + ", sealed at epoch " + std::to_string(at.sealed) +
             " and to be run from epoch " + std::to_string(at.expires) + ", behind " + std::to_string(at.bags_before) +
             " other bags; " + epoch;
    case Whereabouts::Place::taken_out:
      return "it has been taken out to be run; " + epoch;
    case Whereabouts::Place::unknown:
      break;
  }
  return "nothing like that was deferred";
}

}  // namespace primitives
