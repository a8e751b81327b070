// A pool of threads that takes jobs from a queue, as every program has one: must pass under every schedule.
#include <cassert>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

class Pool {
 public:
  explicit Pool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  template <typename Job>
  auto run(Job job) -> std::future<decltype(job())> {
    auto task = std::make_shared<std::packaged_task<decltype(job())()>>(std::move(job));
    auto result = task->get_future();
    {
      const std::scoped_lock lock(mutex_);
      jobs_.emplace_back([task = std::move(task)] { (*task)(); });
    }
    changed_.notify_one();
    return result;
  }

 private:
  // Empties the queue even when the pool is closing.
  void work() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

void results() {
  std::vector<int> squares(3);
  {
    Pool pool(2);
    std::vector<std::future<int>> done;
    for (int i = 0; i < 3; ++i)
      done.push_back(pool.run([&squares, i] {
        squares.at(static_cast<std::size_t>(i)) = i * i;
        return i;
      }));
    for (auto& result : done) {
      const auto i = static_cast<std::size_t>(result.get());
      assert(squares.at(i) == static_cast<int>(i * i));
    }
  }
  assert(squares.back() == 4);
}

void jobs_that_nobody_waits_for() {
  int sum = 0;
  std::mutex mutex;
  {
    Pool pool(2);
    for (int i = 1; i <= 2; ++i)
      static_cast<void>(pool.run([&, i] {
        const std::scoped_lock lock(mutex);
        sum += i;
      }));
  }
  assert(sum == 3);
}

const wedge::Scenario scenario{
    .id = "correct/thread-pool",
    .title = "a pool of threads and its queue of jobs",
    .source = "",
    .variants =
        {
            {"results", results, wedge::expect(wedge::Outcome::pass)},
            {"jobs-that-nobody-waits-for", jobs_that_nobody_waits_for, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
