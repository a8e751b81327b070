// How many executions each strategy needs until a pattern fails: the table that says what the search is worth.
//
// For every pattern and strategy one campaign per seed, as `wedge run` makes it, up to the first failure and without
// what follows it. So a figure depends on the seeds alone, not on the machine.
#include <fnmatch.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "harness/supervise/campaign.h"
#include "harness/supervise/pool.h"

namespace {

using wedge::model::ListingRecord;
using wedge::model::Recipe;

const char* const usage =
    R"(usage: search_bench RUNTIME PROGRAM [option]...

  --seeds N          campaigns for each pattern and strategy (default: 50)
  --only GLOB        scenarios whose id matches (default: patterns/*)
  --strategies LIST  separated by commas (default: all)
  --limit N          executions after which a campaign is given up (default: 1000)
)";

// Mean executions to the first failure in the literature, where there is such a figure.
const std::map<std::string, std::string> published{
    {"patterns/account", "1 to 4"},    {"patterns/driver-stop", "9"},         {"patterns/lazy", "2"},
    {"patterns/reorder-100", "6"},     {"patterns/reorder-20", "6"},          {"patterns/reorder-5", "6"},
    {"patterns/wrong-lock", "1 to 7"}, {"patterns/work-stealing-fence", "6"},
};

struct Options {
  std::string runtime;
  std::string program;
  unsigned seeds = 50;
  std::string only = "patterns/*";
  std::vector<std::string> strategies{"random", "pct", "pos", "surw", "period", "mutate", "portfolio"};
  std::uint64_t limit = 1000;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::optional<Options> options_from(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) return std::nullopt;
  Options options;
  options.runtime = argv[1];
  options.program = argv[2];
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    const std::string value = argv[i + 1];
    if (option == "--seeds")
      options.seeds = static_cast<unsigned>(std::stoul(value));
    else if (option == "--only")
      options.only = value;
    else if (option == "--strategies")
      options.strategies = split(value);
    else if (option == "--limit")
      options.limit = std::stoull(value);
    else
      return std::nullopt;
  }
  return options;
}

// What the campaigns of one pattern under one strategy came to.
struct Cell {
  std::vector<std::uint64_t> found;  // executions up to the first failure, of the campaigns that met one
  unsigned campaigns = 0;

  double mean() const {
    double sum = 0;
    for (const std::uint64_t executions : found) sum += static_cast<double>(executions);
    return sum / static_cast<double>(found.size());
  }

  // Half the width of the 95 % confidence interval of the mean.
  double uncertainty() const {
    double squares = 0;
    for (const std::uint64_t executions : found) squares += std::pow(static_cast<double>(executions) - mean(), 2);
    const auto n = static_cast<double>(found.size());
    return n > 1 ? 1.96 * std::sqrt(squares / (n - 1) / n) : 0;
  }

  bool always_found() const { return campaigns > 0 && found.size() == campaigns; }
};

std::string text_of(const Cell& cell, std::uint64_t limit) {
  if (cell.always_found()) return fmt::format("{:.1f} ± {:.1f}", cell.mean(), cell.uncertainty());
  return fmt::format("> {} ({} of {} found)", limit, cell.found.size(), cell.campaigns);
}

Cell measure(const Options& options, const ListingRecord& variant, const std::string& strategy,
             wedge::supervise::Pool& pool) {
  Cell cell;
  for (unsigned seed = 1; seed <= options.seeds; ++seed) {
    wedge::supervise::CampaignPlan plan;
    plan.recipe.program = options.program;
    plan.recipe.scenario = variant.scenario;
    plan.recipe.variant = variant.variant;
    plan.recipe.strategy = strategy;
    plan.recipe.seed = seed;
    plan.recipe.max_steps = variant.max_steps != 0 ? variant.max_steps : 1'000'000;
    plan.recipe.strategy_depth = 3;
    plan.executions = options.limit;
    plan.chunk = 2048;
    const auto failure = run_campaign(plan, pool).first_failure;
    if (failure) cell.found.push_back(*failure + 1);
    ++cell.campaigns;
  }
  return cell;
}

std::vector<ListingRecord> patterns(const Options& options) {
  wedge::supervise::Pool pool({options.program, {}, options.runtime}, 1, std::chrono::seconds(10));
  std::vector<ListingRecord> result;
  for (const ListingRecord& record : pool.listing())
    if (fnmatch(options.only.c_str(), record.scenario, 0) == 0 && record.expected != wedge::Outcome::pass)
      result.push_back(record);
  return result;
}

// Each pattern in one of two threads, which has its own process; who is first leaves no trace.
std::vector<std::vector<Cell>> measure_all(const Options& options, const std::vector<ListingRecord>& variants) {
  std::vector<std::vector<Cell>> table(variants.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    wedge::supervise::Pool pool({options.program, {}, options.runtime}, 1, std::chrono::seconds(10));
    for (std::size_t i = next++; i < variants.size(); i = next++) {
      for (const std::string& strategy : options.strategies)
        table[i].push_back(measure(options, variants[i], strategy, pool));
      fmt::print(stderr, "search_bench: {}\n", variants[i].scenario);
    }
  };
  std::thread other(work);
  work();
  other.join();
  return table;
}

// How much longer the last column takes than the best of the others; without it, nothing.
std::string ratio_of_portfolio(const Options& options, const std::vector<Cell>& row) {
  double best = 0;
  const Cell* portfolio = nullptr;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (options.strategies[i] == "portfolio")
      portfolio = &row[i];
    else if (row[i].always_found() && (best == 0 || row[i].mean() < best))
      best = row[i].mean();
  }
  if (portfolio == nullptr || !portfolio->always_found() || best == 0) return "-";
  return fmt::format("{:.2f}", portfolio->mean() / best);
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// A table in Markdown whose columns are aligned, so that it reads well as it is.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      fmt::print("| {}{} ", rows[r][i], std::string(widths[i] - width_of(rows[r][i]), ' '));
    fmt::print("|\n");
    if (r > 0) continue;
    for (const std::size_t width : widths) fmt::print("|-{}-", std::string(width, '-'));
    fmt::print("|\n");
  }
}

void print(const Options& options, const std::vector<ListingRecord>& variants,
           const std::vector<std::vector<Cell>>& table) {
  std::vector<std::vector<std::string>> rows{{"pattern", "published"}};
  for (const std::string& strategy : options.strategies) rows[0].push_back(strategy);
  rows[0].emplace_back("portfolio / best");
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto figure = published.find(variants[i].scenario);
    std::vector<std::string> row{variants[i].scenario, figure != published.end() ? figure->second : "-"};
    for (const Cell& cell : table[i]) row.push_back(text_of(cell, options.limit));
    row.push_back(ratio_of_portfolio(options, table[i]));
    rows.push_back(row);
  }
  fmt::print(
      "Mean executions to the first failure, the scout included, over {} seeds; ± half of the 95 % interval.\n\n",
      options.seeds);
  print_table(rows);
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = options_from(argc, argv);
  if (!options) {
    std::fputs(usage, stderr);
    return 2;
  }
  const std::vector<ListingRecord> variants = patterns(*options);
  if (variants.empty()) {
    fmt::print(stderr, "search_bench: no scenario that must fail matches '{}'\n", options->only);
    return 2;
  }
  print(*options, variants, measure_all(*options, variants));
  return 0;
}
