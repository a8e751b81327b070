// The thread that analyses: takes the latest request, reads the tensor, and waits until it is asked for each chart.
#include "primitives/parker.h"
#include "scenarios/deferred_reclamation/program.h"

namespace deferred_reclamation {
namespace {

using primitives::Guard;
using primitives::Ref;
using primitives::Waker;
using namespace std::chrono_literals;

// What a wait comes to: asked for or done already; nothing if the analysis is dead.
using Answer = std::optional<Stage>;

class AnalysisThread {
 public:
  AnalysisThread(Shared& shared, wedge::Obligation& takes_new_request)
      : shared_(shared), takes_new_request_(takes_new_request) {}

  void run() {
    while (const auto request = next_request()) analyse(*request);
  }

 private:
  // What of an analysis the thread works with once it has let go of it.
  struct Parts {
    Ref<Analysis> whole;
    Ref<Cell> histogram;
    Ref<Cell> spectrum;
    Cell* unguarded[2] = {};  // for the variants in which this thread does not pin
    std::shared_ptr<std::atomic<bool>> cancelled;
  };

  std::optional<Ref<Analysis>> next_request() {
    using Request = std::optional<Ref<Analysis>>;
    return primitives::block_on([&](const Waker& waker) -> std::optional<Request> {
      if (auto request = shared_.requests.poll_take(waker)) return std::optional<Request>(std::in_place, request);
      if (shared_.quits) return std::optional<Request>(std::in_place, std::nullopt);
      return std::nullopt;
    });
  }

  void analyse(const Ref<Analysis>& request) {
    std::optional<Guard> for_ever;
    if (shared_.switches.pins == Switches::Pins::for_ever) for_ever.emplace(shared_.collector().pin());
    Parts parts = take_apart(request);
    if (parts.cancelled == nullptr) return shared_.log("cancelled before it began");
    if (shared_.switches.references == Switches::References::kept_to_the_end) kept_.push_back(parts);
    read();
    if (!compute(parts, 0, parts.histogram)) return;
    if (shared_.switches.references == Switches::References::dropped_early) parts.histogram = {};
    compute(parts, 1, parts.spectrum);
  }

  // One short pin; the references outlive it.
  Parts take_apart(const Ref<Analysis>& request) {
    const Guard guard = shared_.collector().pin();
    Parts parts;
    Analysis* analysis = request.get(guard);
    if (analysis == nullptr) return parts;
    if (analysis->is_small) {
      takes_new_request_.fulfil();
      shared_.took_small = true;
    }
    shared_.log("analyses the " + analysis->tensor + " tensor");
    parts.whole = request;
    if (shared_.switches.references != Switches::References::none_extracted) {
      parts.histogram = request.map(guard, [](Analysis& whole) -> Cell& { return whole.histogram; });
      parts.spectrum = request.map(guard, [](Analysis& whole) -> Cell& { return whole.spectrum; });
    }
    parts.unguarded[0] = &analysis->histogram;
    parts.unguarded[1] = &analysis->spectrum;
    parts.cancelled = analysis->cancelled;
    return parts;
  }

  // Reading does not look whether anybody still wants the result, and it pins nothing; it does end.
  void read() {
    using Read = Switches::Read;
    shared_.reads = true;
    const Read how = shared_.switches.read;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    std::optional<Guard> pinned;
    if (how == Read::pinned) pinned.emplace(shared_.collector().pin());
    for (int piece = 0; how != Read::instant && piece < 2; ++piece) {
      if (how == Read::scoped_pins) shared_.collector().pin();  // and unpins: nothing keeps the guard
      std::this_thread::sleep_for(how == Read::ten_seconds ? 5s : 10ms);
      if (how == Read::with_timeout && std::chrono::steady_clock::now() > deadline) break;
    }
    shared_.reads = false;
  }

  // False: nobody wants it any more.
  bool compute(const Parts& parts, std::size_t which, Ref<Cell> cell) {
    if (shared_.switches.references == Switches::References::none_extracted) {
      const Guard guard = shared_.collector().pin();
      cell = parts.whole.map(
          guard, [which](Analysis& whole) -> Cell& { return which == 0 ? whole.histogram : whole.spectrum; });
    }
    const Answer answer = wait(parts, which, cell);
    if (!answer) shared_.log("cancelled");
    if (answer != Stage::requested) return answer.has_value();
    const Guard guard = shared_.collector().pin();
    Cell* alive = cell.get(guard);
    if (alive != nullptr) alive->set(Stage::completed);
    return alive != nullptr;
  }

  Answer wait(const Parts& parts, std::size_t which, const Ref<Cell>& cell) {
    using Wait = Switches::Wait;
    if (shared_.switches.wait == Wait::every_100_ms || shared_.switches.wait == Wait::every_100_ms_pinned)
      return wait_by_polling(cell);
    return primitives::block_on([&](const Waker& waker) -> std::optional<Answer> {
      std::optional<Answer> answer;
      shared_.guarded([&] { answer = poll(parts, which, cell, waker); });
      if (answer) return answer;
      wedge::note("the analysis thread goes to sleep until the cell wakes it");
      return std::nullopt;
    });
  }

  // Here the thread learns of a death: only if it is polled.
  std::optional<Answer> poll(const Parts& parts, std::size_t which, const Ref<Cell>& cell, const Waker& waker) {
    if (shared_.switches.pins == Switches::Pins::none) {
      // Safe only because nothing is destroyed before both threads are done: nobody collects in these variants.
      if (!cell.is_alive()) return Answer();
      const Answer value = parts.unguarded[which]->poll_get(waker);
      return value ? std::optional<Answer>(value) : std::nullopt;
    }
    std::optional<Guard> outer;
    std::optional<Guard> outermost;
    if (shared_.switches.pins == Switches::Pins::nested) {
      outermost.emplace(shared_.collector().pin());
      outer.emplace(shared_.collector().pin());
    }
    shared_.log("polls a cell");
    auto answer = primitives::poll_get(shared_.collector(), cell, waker);
    if (answer) return answer;
    if (shared_.switches.wait == Switches::Wait::checks_again && !cell.is_alive()) return Answer();
    if (shared_.switches.wait == Switches::Wait::watches_flag && *parts.cancelled) return Answer();
    return std::nullopt;
  }

  // As upstream did later. The waker is left with nobody: nobody has to wake who looks for himself.
  Answer wait_by_polling(const Ref<Cell>& cell) {
    const bool sleeps_pinned = shared_.switches.wait == Switches::Wait::every_100_ms_pinned;
    for (;;) {
      std::optional<Guard> guard(shared_.collector().pin());
      const Cell* alive = cell.get(*guard);
      if (alive == nullptr) return std::nullopt;
      if (const auto value = alive->try_get()) return value;
      if (!sleeps_pinned) guard.reset();
      std::this_thread::sleep_for(100ms);
    }
  }

  Shared& shared_;
  wedge::Obligation& takes_new_request_;
  std::vector<Parts> kept_;
};

}  // namespace

void analyse_requests(Shared& shared, wedge::Obligation& takes_new_request) {
  shared.collector().name_this_thread("analysis");
  AnalysisThread(shared, takes_new_request).run();
}

}  // namespace deferred_reclamation
