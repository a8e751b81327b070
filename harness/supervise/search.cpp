// Merges, counts and divides; no clock, no addresses, and every tie broken by an order.
#include "harness/supervise/search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

namespace wedge::supervise {
namespace {

using model::max_schedules;
using model::member_count;
using model::PairSet;
using model::Schedule;

// From trying them on many small failures: who finds most in the first executions. The order of model's members:
// surw, pos, random, pct, mutate, period.
constexpr Shares prior{20, 2, 2, 2, 2, 4};
constexpr Shares early{22, 0, 4, 2, 0, 3};  // until execution 64

// The first seven executions after the scout: most failures are found there or nearly so. Some need no plan, only luck
// that nothing steers.
constexpr std::uint8_t opening[] = {2, 0, 0, 2, 0, 0, 0};
static_assert(model::portfolio_members[0] == "surw" && model::portfolio_members[5] == "period");

void add_pairs(PairSet& to, const PairSet& from) {
  for (std::size_t i = 0; i < model::pair_words; ++i) to.words[i] |= from.words[i];
}

std::size_t new_pairs(const PairSet& pairs, const PairSet& known) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < model::pair_words; ++i)
    count += static_cast<std::size_t>(std::popcount(pairs.words[i] & ~known.words[i]));
  return count;
}

void keep_best(std::vector<Schedule>& schedules) {
  std::ranges::sort(schedules, model::is_better);
  if (schedules.size() > max_schedules) schedules.resize(max_schedules);
}

Shares normalised(Shares shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

// Strategies whose executions are independent draws from one distribution, so that a bound on their failures holds.
bool draws_independently(std::string_view strategy) { return strategy != "mutate" && strategy != "period"; }

}  // namespace

void SearchLessons::add(const SearchLessons& other) {
  for (std::size_t member = 0; member < seen.size(); ++member) {
    add_pairs(seen.at(member), other.seen.at(member));
    executions.at(member) += other.executions.at(member);
  }
  model::merge(profile, other.profile);
  best.insert(best.end(), other.best.begin(), other.best.end());
  keep_best(best);
}

bool SearchLessons::operator==(const SearchLessons& other) const {
  const auto same = [](const Schedule& one, const Schedule& another) {
    return one.execution == another.execution && one.new_pairs == another.new_pairs && one.count == another.count &&
           std::equal(one.stretches, one.stretches + one.count, another.stretches);
  };
  return seen == other.seen && executions == other.executions && profile == other.profile &&
         std::ranges::equal(best, other.best, same);
}

std::size_t pairs_in(const PairSet& pairs) { return new_pairs(pairs, PairSet{}); }

std::array<std::uint8_t, model::portfolio_slots> slots_for(const Shares& shares) {
  // Whoever lags most behind its share has the next turn.
  const Shares target = normalised(shares);
  std::array<std::uint8_t, model::portfolio_slots> slots{};
  std::array<double, member_count> behind{};
  for (std::uint8_t& slot : slots) {
    for (std::size_t member = 0; member < member_count; ++member) behind.at(member) += target.at(member);
    const auto most = static_cast<std::size_t>(std::ranges::max_element(behind) - behind.begin());
    behind.at(most) -= 1;
    slot = static_cast<std::uint8_t>(most);
  }
  return slots;
}

void Bandit::learn(const std::array<std::size_t, member_count>& discovered,
                   const std::array<std::uint64_t, member_count>& executions) {
  constexpr double discount = 0.5;
  for (std::size_t member = 0; member < member_count; ++member) {
    discovered_.at(member) = discount * discovered_.at(member) + static_cast<double>(discovered.at(member));
    executions_.at(member) = discount * executions_.at(member) + static_cast<double>(executions.at(member));
  }
}

Shares Bandit::shares() const {
  const double total = std::accumulate(executions_.begin(), executions_.end(), 0.0);
  const Shares known_good = normalised(prior);
  if (total < 1) return known_good;
  Shares scores{};
  for (std::size_t member = 0; member < member_count; ++member) {
    const double executions = executions_.at(member) + 1;
    scores.at(member) = discovered_.at(member) / executions + std::sqrt(std::log(total + 1) / executions);
  }
  scores = normalised(scores);
  for (std::size_t member = 0; member < member_count; ++member)
    scores.at(member) = (scores.at(member) + known_good.at(member)) / 2;
  return scores;
}

void Search::end_round(const SearchLessons& round, const std::vector<std::uint64_t>& failed, std::uint64_t next) {
  constexpr std::size_t worth_of_a_failure = 64;  // in switch pairs
  std::array<std::size_t, member_count> discovered{};
  std::array<std::uint64_t, member_count> executions{};
  for (std::size_t member = 0; member < member_count; ++member) {
    discovered.at(member) = new_pairs(round.seen.at(member), knowledge_.known);
    executions.at(member) = round.executions.at(member);
    turns_.before[member] += executions.at(member);
    executions_.at(member) += executions.at(member);
  }
  for (const std::uint64_t execution : failed)
    discovered.at(model::turn_of(turns_, execution).member) += worth_of_a_failure;
  // The scout is nobody's turn.
  if (turns_.first == 0) {
    turns_.before[0] = 0;
    executions_.at(0) = 0;
  } else {
    bandit_.learn(discovered, executions);
  }
  for (const PairSet& pairs : round.seen) add_pairs(knowledge_.known, pairs);
  model::merge(knowledge_.profile, round.profile);
  // The schedules of this round first: what they found is at the edge of what is known.
  std::vector<Schedule> schedules = round.best;
  for (const Schedule& schedule : knowledge_.corpus.schedules)
    if (schedule.new_pairs > 0 && schedules.size() < max_schedules) schedules.push_back(schedule);
  std::ranges::copy(schedules, knowledge_.corpus.schedules);
  turns_.first = next;
  const auto slots = slots_for(next < 64 ? early : bandit_.shares());
  std::ranges::copy(slots, turns_.slots);
  if (next == 1) std::ranges::copy(opening, turns_.slots);
}

double residual_risk(std::uint64_t executions) {
  return executions == 0 ? 1 : 1 - std::pow(0.05, 1 / static_cast<double>(executions));
}

std::optional<model::Residual> Search::residual() const {
  std::string_view strategy = strategy_;
  std::uint64_t executions = executions_.at(0);
  if (strategy_ == "portfolio") {
    // The bound that says most is that of the member with most executions.
    executions = 0;
    for (std::size_t member = 0; member < member_count; ++member)
      if (draws_independently(model::portfolio_members.at(member)) && executions_.at(member) > executions) {
        executions = executions_.at(member);
        strategy = model::portfolio_members.at(member);
      }
  }
  if (executions == 0 || !draws_independently(strategy)) return std::nullopt;
  return model::Residual{std::string(strategy), executions, residual_risk(executions), pairs(), std::nullopt};
}

}  // namespace wedge::supervise
