// Which threads can go on, which cannot, and which of those wait in a circle: what every class of hang starts from.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/diagnose/hang_index.h"
#include "harness/diagnose/wakers.h"

namespace wedge::diagnose {

enum class Edges { certain, with_suspects };

class Situation {
 public:
  explicit Situation(const model::Hang& hang);

  const model::Hang& hang() const { return index_.hang(); }
  const HangIndex& index() const { return index_; }
  const ThreadRef& at(std::size_t thread) const { return index_.at(thread); }
  std::size_t size() const { return index_.threads().size(); }
  const WaitPicture& picture(std::size_t thread) const { return pictures_.at(thread); }

  // It cannot go on by itself, and neither can any of those that could wake it.
  bool stuck(std::size_t thread) const { return stuck_.at(thread); }

  // Shortest first found circle of stuck threads, each waiting for the next one; empty: none.
  std::vector<std::size_t> cycle(Edges edges) const;

  // Where the story of the hang ends: from the first thread of the command along what each waits for in person.
  std::vector<std::size_t> chain_from_root() const;

  // Whether `from` waits for `to` in person, or for somebody who does.
  bool waits_in_person(std::size_t from, std::size_t to) const;

 private:
  void find_stuck();
  std::vector<std::size_t> next(std::size_t thread, Edges edges) const;
  std::size_t next_in_person(std::size_t thread) const;
  std::vector<std::size_t> shortest_cycle(std::size_t start, Edges edges) const;

  HangIndex index_;
  std::vector<WaitPicture> pictures_;
  std::vector<bool> stuck_;
};

}  // namespace wedge::diagnose
