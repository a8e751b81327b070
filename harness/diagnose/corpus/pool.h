// A pool of threads as many programs have one, for the two programs of the corpus that hang around it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "corpus.h"

class Pool {
 public:
  explicit Pool(int size) {
    for (int i = 0; i < size; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  ~Pool() {
    for (std::thread& thread : threads_) thread.join();
  }

  std::future<int> submit(std::function<int()> function) {
    auto task = std::make_shared<std::packaged_task<int()>>(std::move(function));
    std::future<int> result = task->get_future();
    const std::lock_guard lock(mutex_);
    tasks_.push_back([task] { (*task)(); });
    not_empty_.notify_one();
    return result;
  }

 private:
  void work(int number) {
    call_thread(number == 0 ? "worker 0" : "worker 1");
    for (;;) {
      std::unique_lock lock(mutex_);
      not_empty_.wait(lock, [this] { return !tasks_.empty(); });
      std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
};
