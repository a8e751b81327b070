// The requests of a server that answers many at once, token by token: who waits, who is being worked on, who is done.
//
// Not thread-safe: a lock around it is the caller's. Works on copies, as schedulers of batches do: update_batch()
// believes them, but for those of requests that are no longer processed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace primitives {

using RequestId = std::uint32_t;

enum class RequestState { pending, processing, completed, failed, cancelled };

struct Request {
  RequestId id = 0;
  std::size_t prompt_tokens = 0;
  std::size_t max_tokens = 0;
  std::size_t generated_tokens = 0;
  RequestState state = RequestState::pending;

  bool is_complete() const;
  // These change what may change from where the request stands, and say whether it did.
  bool add_token();
  bool fail();
  bool cancel();
};

class RequestTable {
 public:
  explicit RequestTable(std::size_t max_batch_size = 32) : max_batch_size_(max_batch_size) {}

  RequestId submit(std::size_t prompt_tokens, std::size_t max_tokens);

  bool has_pending() const { return !pending_.empty(); }
  bool has_processing() const { return !processing_.empty(); }
  bool has_room() const { return processing_.size() < max_batch_size_; }

  // Takes up what is pending, as far as there is room, and gives copies of all that is being processed.
  std::vector<Request> create_batch();
  // Puts the copies in the place of what the table has, and those that are complete among the finished. Passes over
  // what has been cancelled meanwhile.
  void update_batch(const std::vector<Request>& batch);

  // False: no such request, or it is finished.
  bool cancel(RequestId id);
  std::optional<Request> find(RequestId id) const;
  Request* find_for_update(RequestId id);

 private:
  const std::size_t max_batch_size_;
  RequestId next_id_ = 1;
  std::deque<Request> pending_;
  std::map<RequestId, Request> processing_;
  std::map<RequestId, Request> finished_;
};

}  // namespace primitives
