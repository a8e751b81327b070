// A worker signals a condition variable that its owner has destroyed by then: the owner saw the result and did not wait
// for the worker.
//   Source    invented: a request object on the caller's stack
//   Symptom   none most of the time; memory that is not theirs any more changes under others once in a while
//   Left out  what lies on that stack afterwards
//
//   caller                           worker
//                                    1  sets done under the lock, gives up the lock
//   2  sees done, does not wait
//   3  destroys the condition variable
//                                    4  signals it
#include <pthread.h>

#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Signal { after_unlock, under_lock };

class Request {
 public:
  Request() {
    pthread_mutex_init(&mutex_, nullptr);
    pthread_cond_init(&changed_, nullptr);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() {
    pthread_cond_destroy(&changed_);  // 3
    pthread_mutex_destroy(&mutex_);
  }

  void finish(Signal when) {
    pthread_mutex_lock(&mutex_);
    done_ = true;  // 1
    if (when == Signal::under_lock) pthread_cond_signal(&changed_);
    pthread_mutex_unlock(&mutex_);
    if (when == Signal::after_unlock) pthread_cond_signal(&changed_);  // 4
  }

  void await() {
    pthread_mutex_lock(&mutex_);
    while (!done_) pthread_cond_wait(&changed_, &mutex_);  // 2
    pthread_mutex_unlock(&mutex_);
  }

 private:
  pthread_mutex_t mutex_;
  pthread_cond_t changed_;
  bool done_ = false;
};

void make_a_request(Signal when) {
  std::thread worker;
  {
    Request request;
    worker = std::thread([&request, when] { request.finish(when); });
    request.await();
  }
  worker.join();
}

const wedge::Scenario scenario{
    .id = "canaries/early-destruction",
    .title = "a condition variable is signalled after its destruction",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { make_a_request(Signal::after_unlock); },
             wedge::expect(wedge::Outcome::misuse, "'signal' on a destroyed condition variable")},
            {"fix/under-lock", [] { make_a_request(Signal::under_lock); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
