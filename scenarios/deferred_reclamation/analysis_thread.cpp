// The thread that analyses: takes the latest request, reads the tensor, and waits until it is asked for each chart.
#include <cassert>
#include <cstdio>

#include "primitives/parker.h"
#include "scenarios/deferred_reclamation/program.h"

namespace deferred_reclamation {
namespace {

using primitives::AsyncCell;
using primitives::Guard;
using primitives::Ref;
using primitives::Waker;
using Guards = Switches::Guards;
using Pins = Switches::Pins;
using References = Switches::References;
using Wait = Switches::Wait;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

// What a wait comes to: asked for or done already; nothing if the analysis is dead.
using Answer = std::optional<Stage>;
// What there is to do next; nothing if the user has quit.
using Request = std::optional<Ref<Analysis>>;

constexpr milliseconds time_limit = 30s;

enum class Chart { histogram, spectrum };

Cell& cell_in(Charts& charts, Chart chart) { return chart == Chart::histogram ? charts.histogram : charts.spectrum; }

// How this thread looks through references for a moment: pinned, or in the variants without that pin, unpinned. Those
// are safe only because nothing is destroyed there before both threads are done.
class Sight {
 public:
  Sight(Shared& shared, bool pins) : lock_(shared.no_other_guard()) {
    if (pins) guard_.emplace(shared.collector().pin());
  }

  template <typename T>
  T* get(const Ref<T>& reference) const {
    return guard_ ? reference.get(*guard_) : reference.get_unpinned();
  }
  template <typename T, typename Select>
  auto map(const Ref<T>& reference, Select&& select) const {
    return guard_ ? reference.map(*guard_, select) : reference.map_unpinned(select);
  }

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  std::optional<Guard> guard_;
};

class AnalysisThread {
 public:
  AnalysisThread(Shared& shared, wedge::Obligation& takes_new_request)
      : shared_(shared), switches_(shared.switches), takes_new_request_(takes_new_request) {}

  void run() {
    while (auto request = next_request()) analyse(*request);
    check_pins(false);
  }

 private:
  // What of an analysis the thread works with once it has let go of it.
  struct Parts {
    int number = 0;  // 0: it was dead
    Ref<std::monostate> cancel;
    Ref<Cell> histogram;
    Ref<Cell> spectrum;
    std::weak_ptr<Charts> outside;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };

  Request next_request() {
    const Ref<Shared::Requests> requests = shared_.requests.refer();
    return primitives::block_on([&](const Waker& waker) -> std::optional<Request> {
      auto request = polled([&] {
        if (!pins_in_polls()) return taken_unpinned(requests, waker);
        return primitives::poll_take(shared_.collector(), requests, waker);
      });
      if (request) return request;
      if (shared_.quits) {
        stays_pinned_.reset();
        return std::optional<Request>(std::in_place);
      }
      check_pins(switches_.pins == Pins::polls_stay_pinned);
      return std::nullopt;
    });
  }

  void analyse(Ref<Analysis>& request) {
    std::optional<Guard> for_ever;
    if (switches_.pins == Pins::analyses_for_ever) for_ever.emplace(shared_.collector().pin());
    Parts parts = take_apart(request);
    if (keeps_no_reference()) request = {};
    if (parts.number == 0) return shared_.log("cancelled before it began");
    if (switches_.references == References::kept_to_the_end) kept_.push_back(parts);
    const bool drops_early = switches_.references == References::dropped_early;
    if (!read(parts, parts.cancel)) return shared_.log("the read has taken too long");
    if (drops_early) parts.cancel = {};
    if (keeps_no_reference()) {
      parts.cancel = {};
      parts.histogram = {};
      parts.spectrum = {};
    }
    flush_twice();
    if (!compute(parts, Chart::histogram, parts.histogram)) return;
    if (drops_early) parts.histogram = {};
    flush_twice();
    compute(parts, Chart::spectrum, parts.spectrum);
    if (drops_early) parts.spectrum = {};
    flush_twice();
  }

  // One short pin; the references outlive it.
  Parts take_apart(const Ref<Analysis>& request) {
    const Sight sight = look();
    Parts parts;
    Analysis* analysis = sight.get(request);
    if (analysis == nullptr) return parts;
    if (analysis->size == Size::small) take_small();
    shared_.log("analyses the " + analysis->tensor + " tensor");
    parts.number = analysis->number;
    parts.outside = analysis->outside;
    parts.cancelled = analysis->cancelled;
    if (switches_.references == References::none_extracted) return parts;
    parts.cancel = sight.map(request, [](Analysis& whole) -> std::monostate& { return whole.cancel; });
    if (!analysis->charts) return parts;
    parts.histogram = sight.map(request, [](Analysis& whole) -> Cell& { return whole.charts->histogram; });
    parts.spectrum = sight.map(request, [](Analysis& whole) -> Cell& { return whole.charts->spectrum; });
    return parts;
  }

  void take_small() {
    const auto passed = std::chrono::steady_clock::now() - shared_.selected;
    // The read of the other tensor has begun before, and does not look whether anybody wants it.
    if (switches_.read == Switches::Read::ten_seconds) assert(passed >= 10s);
    if (switches_.measures)
      std::printf("the small tensor is taken %d ms after it was selected\n",
                  static_cast<int>(std::chrono::duration_cast<milliseconds>(passed).count()));
    takes_new_request_.fulfil();
    shared_.took_small = true;
  }

  // Reading does not look whether anybody still wants the result, and as found it pins nothing. False: it was too slow.
  bool read(const Parts& parts, const Ref<std::monostate>& /*cancel*/) {
    using Read = Switches::Read;
    const bool is_first = parts.number == 1;
    if (is_first && switches_.selection == Switches::Selection::while_reading) meet(shared_.reading);
    const Read how = switches_.read;
    if (how == Read::instant) return true;
    std::optional<Guard> pinned;
    if (how == Read::pinned || how == Read::pinned_for_ever) pinned.emplace(shared_.collector().pin());
    if (is_first && (how == Read::never_returns || how == Read::pinned_for_ever)) primitives::Parker().park();
    milliseconds length = 20ms;
    if (is_first && how == Read::ten_seconds) length = 10s;
    if (is_first && how == Read::forty_seconds) length = 40s;
    const bool too_slow = switches_.read_has_time_limit && length > time_limit;
    for (int piece = 0; piece < 2; ++piece) {
      if (how == Read::scoped_pins) shared_.collector().pin();  // and unpins: nothing keeps the guard
      std::this_thread::sleep_for((too_slow ? time_limit : length) / 2);
    }
    if (is_first && shared_.reads_first && !too_slow) shared_.reads_first->fulfil();
    return !too_slow;
  }

  // False: nobody wants it any more.
  bool compute(const Parts& parts, Chart chart, const Ref<Cell>& cell) {
    const Answer answer = wait(parts, chart, cell);
    if (!answer) shared_.log("cancelled");
    if (answer != Stage::requested) return answer.has_value();
    if (switches_.drop == Switches::Drop::cells_at_once) {
      const auto charts = parts.outside.lock();
      if (charts) cell_in(*charts, chart).set(Stage::completed);
      return charts != nullptr;
    }
    const Ref<Cell> now = keeps_no_reference() ? look_up(parts, chart) : cell;
    const Sight sight = look();
    Cell* alive = sight.get(now);
    if (alive != nullptr) alive->set(Stage::completed);
    return alive != nullptr;
  }

  Answer wait(const Parts& parts, Chart chart, const Ref<Cell>& cell) {
    if (switches_.wait == Wait::every_100_ms || switches_.wait == Wait::every_100_ms_pinned)
      return wait_by_polling(cell);
    return primitives::block_on([&](const Waker& waker) -> std::optional<Answer> {
      auto answer = polled([&] { return poll(parts, chart, cell, waker); });
      if (answer) return answer;
      wedge::note("the analysis thread goes to sleep until the cell wakes it");
      check_pins(switches_.pins == Pins::analyses_for_ever || switches_.pins == Pins::polls_stay_pinned);
      if (parts.number == 1) shared_.asleep.unpark();
      return std::nullopt;
    });
  }

  // Here the thread learns of a death: only if it is polled.
  std::optional<Answer> poll(const Parts& parts, Chart chart, const Ref<Cell>& known, const Waker& waker) {
    if (switches_.drop == Switches::Drop::cells_at_once) {
      const auto charts = parts.outside.lock();
      if (!charts) return Answer();
      const Answer value = cell_in(*charts, chart).poll_get(waker);
      return value ? std::optional<Answer>(value) : std::nullopt;
    }
    const Ref<Cell> cell = keeps_no_reference() ? look_up(parts, chart) : known;
    std::optional<Guard> overlapping;
    const bool overlaps = switches_.guards == Guards::overlap && parts.number == 1;
    if (overlaps) overlapping.emplace(shared_.collector().pin());
    shared_.log("polls a cell");
    auto answer = pins_in_polls() ? primitives::poll_get(shared_.collector(), cell, waker) : got_unpinned(cell, waker);
    if (overlaps && !answer) meet(shared_.polling);
    if (answer) return answer;
    if (switches_.wait == Wait::checks_again && !cell.is_alive()) return Answer();
    if (switches_.wait == Wait::watches_flag && *parts.cancelled) return Answer();
    return std::nullopt;
  }

  // As upstream did later. The waker is left with nobody: nobody has to wake who looks for himself.
  Answer wait_by_polling(const Ref<Cell>& cell) {
    const bool sleeps_pinned = switches_.wait == Wait::every_100_ms_pinned;
    for (;;) {
      std::optional<Guard> guard(shared_.collector().pin());
      const Cell* alive = cell.get(*guard);
      if (alive == nullptr) return std::nullopt;
      if (const auto value = alive->try_get()) return value;
      if (!sleeps_pinned) guard.reset();
      check_pins(sleeps_pinned);
      std::this_thread::sleep_for(100ms);
    }
  }

  Sight look() { return {shared_, switches_.pins != Pins::none}; }
  bool pins_in_polls() const { return switches_.pins != Pins::none && switches_.pins != Pins::not_in_polls; }
  bool keeps_no_reference() const {
    return switches_.references == References::none_extracted || switches_.references == References::dropped_after_read;
  }

  // By way of what the user interface has at the moment. Dead, if that is another analysis already.
  Ref<Cell> look_up(const Parts& parts, Chart chart) {
    const Ref<Analysis> current = shared_.current();
    const Sight sight = look();
    const Analysis* analysis = sight.get(current);
    if (analysis == nullptr || analysis->number != parts.number) return {};
    return sight.map(current, [chart](Analysis& whole) -> Cell& { return cell_in(*whole.charts, chart); });
  }

  // One poll, with the guards around it that the switches want.
  template <typename Poll>
  std::invoke_result_t<Poll> polled(Poll&& poll) {
    stays_pinned_.reset();
    const auto lock = shared_.no_other_guard();
    std::optional<Guard> outermost;
    std::optional<Guard> outer;
    if (switches_.pins == Pins::nested) {
      outermost.emplace(shared_.collector().pin());
      outer.emplace(shared_.collector().pin());
    }
    if (switches_.pins == Pins::polls_stay_pinned) stays_pinned_.emplace(shared_.collector().pin());
    auto result = poll();
    if (result) stays_pinned_.reset();
    return result;
  }

  static std::optional<Answer> got_unpinned(const Ref<Cell>& cell, const Waker& waker) {
    Cell* alive = cell.get_unpinned();
    if (alive == nullptr) return Answer();
    const Answer value = alive->poll_get(waker);
    return value ? std::optional<Answer>(value) : std::nullopt;
  }
  static std::optional<Request> taken_unpinned(const Ref<Shared::Requests>& requests, const Waker& waker) {
    Shared::Requests* alive = requests.get_unpinned();
    if (alive == nullptr) return Request();
    const Request value = alive->poll_take(waker);
    return value ? std::optional<Request>(value) : std::nullopt;
  }

  // Before this thread sleeps, or ends: that it is pinned in the variants that say so, and in no other.
  void check_pins(bool pinned) {
    primitives::Collector& collector = shared_.collector();
    assert(collector.this_thread_is_pinned() == pinned);
    assert(switches_.pins != Pins::none || collector.pins_of_this_thread() == 0);
  }

  static void meet(Meeting& meeting) {
    meeting.reached.unpark();
    meeting.go_on.park();
  }

  void flush_twice() {
    if (!switches_.analysis_flushes) return;
    for (int i = 0; i < 2; ++i) shared_.collector().pin().flush();
  }

  Shared& shared_;
  const Switches& switches_;
  wedge::Obligation& takes_new_request_;
  std::vector<Parts> kept_;
  std::optional<Guard> stays_pinned_;
};

}  // namespace

void analyse_requests(Shared& shared, wedge::Obligation& takes_new_request) {
  shared.collector().name_this_thread("analysis");
  AnalysisThread(shared, takes_new_request).run();
}

}  // namespace deferred_reclamation
