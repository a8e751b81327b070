// What a campaign's search knows, and what it makes of it: which strategy of a portfolio gets how many of the next
// round's executions, and which schedules are worth changing a little.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/search.h"
#include "harness/model/trace.h"

namespace wedge::supervise {

// What executions report. Merging keeps to the rule of lessons.h.
struct SearchLessons {
  std::array<model::PairSet, model::max_members> seen{};
  std::array<std::uint64_t, model::max_members> executions{};
  model::Profile profile{};
  std::vector<model::Schedule> best;  // the best first, max_schedules at most

  void add(const SearchLessons& other);
  bool operator==(const SearchLessons& other) const;
};

std::size_t pairs_in(const model::PairSet& pairs);

// How the slots of a round are divided among the members, in shares; every member that has one gets at least one slot.
using Shares = std::array<double, model::member_count>;
// Slots in proportion to the shares, each member's spread evenly.
std::array<std::uint8_t, model::portfolio_slots> slots_for(const Shares& shares);

// A discounted bandit: a member's score is how many new pairs its executions made, the later rounds counting more, and
// a bonus for having had few. Half of the slots go by that, half by what each is known to be good for, because new
// pairs are a hint at failures and not the thing itself.
class Bandit {
 public:
  void learn(const std::array<std::size_t, model::member_count>& discovered,
             const std::array<std::uint64_t, model::member_count>& executions);
  Shares shares() const;

 private:
  std::array<double, model::member_count> discovered_{};
  std::array<double, model::member_count> executions_{};
};

class Search {
 public:
  // `strategy`: of the campaign.
  explicit Search(std::string strategy) : strategy_(std::move(strategy)) {}

  // At the end of a round, with what it taught. `failed`: its executions that found something new. `next`: the
  // execution that the next round begins with.
  void end_round(const SearchLessons& round, const std::vector<std::uint64_t>& failed, std::uint64_t next);

  const model::Portfolio& turns() const { return turns_; }
  const model::SearchKnowledge& knowledge() const { return knowledge_; }
  std::uint64_t pairs() const { return pairs_in(knowledge_.known); }

  // What may be said after executions of which none failed.
  std::optional<model::Residual> residual() const;

 private:
  std::string strategy_;
  model::Portfolio turns_;
  model::SearchKnowledge knowledge_{};
  Bandit bandit_;
  std::array<std::uint64_t, model::max_members> executions_{};
};

// With 95 % confidence an execution fails with less than this probability, after so many of which none did.
double residual_risk(std::uint64_t executions);

}  // namespace wedge::supervise
