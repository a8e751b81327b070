// The turning of the loop: what is ready, which descriptors are watched, what other threads have posted.
#include "primitives/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "primitives/loop_task.h"

namespace primitives {
namespace {

constinit thread_local EventLoop* loop_of_thread = nullptr;

void add_to_set(int set, int descriptor, unsigned int events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  if (::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

// Rounded up, so that a sleep does not end just before its deadline.
int whole_milliseconds(Span span) {
  return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(span).count()));
}

}  // namespace

EventLoop::EventLoop(Wakeup wakeup)
    : wakeup_(std::move(wakeup)),
      set_(::epoll_create1(EPOLL_CLOEXEC)),
      posted_signal_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  add_to_set(set_.number(), wakeup_.reader(), EPOLLIN);
  add_to_set(set_.number(), posted_signal_.number(), EPOLLIN);
}

EventLoop::~EventLoop() = default;

EventLoop& EventLoop::current() { return *loop_of_thread; }

void EventLoop::run(Async<> main) {
  EventLoop* const outer = std::exchange(loop_of_thread, this);
  start("main", std::move(main), nullptr, nullptr);
  main_ = tasks_.back().get();
  while (main_ != nullptr) run_once();
  loop_of_thread = outer;
  const bool interrupted = std::exchange(interrupt_pending_, false);
  if (main_error_) std::rethrow_exception(std::exchange(main_error_, nullptr));
  if (interrupted) throw Interrupted();
}

void EventLoop::post(std::function<void()> call) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(call));
  }
  const std::uint64_t one = 1;
  // It fails only when the counter is full: then the loop is being woken already.
  [[maybe_unused]] const auto written = ::write(posted_signal_.number(), &one, sizeof one);
}

void EventLoop::around_sleep(std::function<void()> before, std::function<void()> after) {
  before_sleep_ = std::move(before);
  after_sleep_ = std::move(after);
}

void EventLoop::start(std::string name, Async<> body, Nursery* nursery, CancelScope* scope) {
  tasks_.push_back(std::make_unique<LoopTask>(std::move(name), nursery, scope));
  LoopTask& task = *tasks_.back();
  task.life.emplace(live(task, std::move(body)));
  runnable_.push_back({&task, task.life->handle()});
}

Async<> EventLoop::live(LoopTask& task, Async<> body) {
  std::exception_ptr error;
  try {
    co_await body;
  } catch (...) {
    error = std::current_exception();
  }
  end(task, error);
}

void EventLoop::end(LoopTask& task, std::exception_ptr error) {
  task.ended = true;
  if (task.nursery != nullptr) return task.nursery->child_ended(error);
  main_ = nullptr;
  main_error_ = std::move(error);
}

// One turn: looks at the kernel, then gives each task that can go on one go.
void EventLoop::run_once() {
  sleep();
  run_posted();
  expire_scopes();
  for (const Runnable& next : std::exchange(runnable_, {})) {
    task_ = next.task;
    run_coroutines(next.coroutine);
  }
  task_ = nullptr;
  std::erase_if(tasks_, [](const auto& task) { return task->ended; });
}

void EventLoop::sleep() {
  sleep_limit_ = runnable_.empty() ? longest_sleep() : Span(0);
  const int timeout = sleep_limit_ ? whole_milliseconds(*sleep_limit_) : -1;
  epoll_event events[16];
  if (before_sleep_) before_sleep_();
  asleep_ = true;
  const int found = ::epoll_wait(set_.number(), events, 16, timeout);
  asleep_ = false;
  if (after_sleep_) after_sleep_();
  for (int i = 0; i < found; ++i) serve(events[i].data.fd, events[i].events);
}

std::optional<Span> EventLoop::longest_sleep() const {
  std::optional<Moment> earliest;
  for (const CancelScope* scope : scopes_)
    if (scope->deadline_ && !scope->cancelled_ && (!earliest || *scope->deadline_ < *earliest))
      earliest = scope->deadline_;
  if (!earliest) return std::nullopt;
  return std::max(Span(0), std::chrono::duration_cast<Span>(*earliest - std::chrono::steady_clock::now()));
}

void EventLoop::serve(int descriptor, unsigned int events) {
  if (descriptor == wakeup_.reader()) return take_interrupts();
  if (descriptor == posted_signal_.number()) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(descriptor, &count, sizeof count);
    return;
  }
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  for (const bool for_writing : {false, true})
    if (broken || (events & (for_writing ? EPOLLOUT : EPOLLIN)) != 0)
      if (Ready* waiting = watcher(descriptor, for_writing)) waiting->abandon(Waiting::End::done);
}

void EventLoop::run_posted() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(posted_mutex_);
    calls.swap(posted_);
  }
  for (const auto& call : calls) call();
}

void EventLoop::expire_scopes() {
  for (CancelScope* scope : std::vector(scopes_))
    if (scope->deadline_ && !scope->cancelled_ && *scope->deadline_ <= std::chrono::steady_clock::now())
      scope->cancel();
}

void EventLoop::cancel_waits() {
  for (const auto& task : tasks_)
    if (task->waiting != nullptr && task->waiting->can_be_cancelled() && task->is_cancelled())
      task->waiting->abandon(Waiting::End::cancelled);
}

void EventLoop::take_interrupts() {
  const int bytes = wakeup_.drain();
  interrupts_ += bytes;
  if (bytes == 0 || main_ == nullptr) return;
  if (main_->waiting != nullptr)
    main_->waiting->interrupt();
  else
    interrupt_pending_ = true;
}

EventLoop::Ready* EventLoop::watcher(int descriptor, bool for_writing) const {
  for (Ready* waiting : watchers_)
    if (waiting->descriptor_ == descriptor && waiting->for_writing_ == for_writing) return waiting;
  return nullptr;
}

// Puts the descriptor into the set, changes what is watched there, or takes it out.
void EventLoop::watch(int descriptor) {
  epoll_event event{};
  event.data.fd = descriptor;
  if (watcher(descriptor, false) != nullptr) event.events |= EPOLLIN;
  if (watcher(descriptor, true) != nullptr) event.events |= EPOLLOUT;
  const bool is_in = std::ranges::count(watched_, descriptor) != 0;
  if (event.events == 0) {
    std::erase(watched_, descriptor);
    ::epoll_ctl(set_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  } else if (is_in) {
    ::epoll_ctl(set_.number(), EPOLL_CTL_MOD, descriptor, &event);
  } else {
    watched_.push_back(descriptor);
    add_to_set(set_.number(), descriptor, event.events);
  }
}

void EventLoop::Ready::begin() {
  EventLoop& loop = EventLoop::current();
  if (loop.watcher(descriptor_, for_writing_) != nullptr)
    throw std::logic_error("two tasks wait for the same descriptor to do the same");
  loop.watchers_.push_back(this);
  loop.watch(descriptor_);
}

void EventLoop::Ready::withdraw() {
  EventLoop& loop = EventLoop::current();
  std::erase(loop.watchers_, this);
  loop.watch(descriptor_);
}

void EventLoop::closing(int descriptor) {
  for (const bool for_writing : {false, true})
    if (Ready* waiting = watcher(descriptor, for_writing)) waiting->abandon(Waiting::End::closed);
}

std::vector<std::string> EventLoop::tasks() const {
  std::vector<std::string> lines;
  for (const auto& task : tasks_)
    if (!task->ended) lines.push_back(task->name + ": " + (task->waiting ? task->waiting->what_ : "can go on"));
  return lines;
}

}  // namespace primitives
