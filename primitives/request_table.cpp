// How requests move between the three places that they can be in.
#include "primitives/request_table.h"

#include <algorithm>

namespace primitives {

bool Request::is_complete() const {
  return state == RequestState::completed || state == RequestState::failed || state == RequestState::cancelled ||
         generated_tokens >= max_tokens;
}

bool Request::add_token() {
  if (state != RequestState::processing) return false;
  if (++generated_tokens >= max_tokens) state = RequestState::completed;
  return true;
}

bool Request::fail() {
  if (state != RequestState::processing) return false;
  state = RequestState::failed;
  return true;
}

bool Request::cancel() {
  if (state != RequestState::pending && state != RequestState::processing) return false;
  state = RequestState::cancelled;
  return true;
}

RequestId RequestTable::submit(std::size_t prompt_tokens, std::size_t max_tokens) {
  Request& request = pending_.emplace_back();
  request.id = next_id_++;
  request.prompt_tokens = prompt_tokens;
  request.max_tokens = max_tokens;
  return request.id;
}

std::vector<Request> RequestTable::create_batch() {
  while (has_pending() && has_room()) {
    Request& request = processing_[pending_.front().id];
    request = pending_.front();
    request.state = RequestState::processing;
    pending_.pop_front();
  }
  std::vector<Request> batch;
  for (const auto& [id, request] : processing_) batch.push_back(request);
  return batch;
}

void RequestTable::update_batch(const std::vector<Request>& batch) {
  for (const Request& request : batch) {
    const auto processed = processing_.find(request.id);
    if (processed == processing_.end()) continue;
    if (!request.is_complete()) {
      processed->second = request;
      continue;
    }
    processing_.erase(processed);
    finished_[request.id] = request;
    if (request.state == RequestState::processing) finished_[request.id].state = RequestState::completed;
  }
}

bool RequestTable::cancel(RequestId id) {
  Request* request = find_for_update(id);
  if (request == nullptr || !request->cancel()) return false;
  const Request cancelled = *request;
  processing_.erase(id);
  std::erase_if(pending_, [id](const Request& other) { return other.id == id; });
  finished_[id] = cancelled;
  return true;
}

std::optional<Request> RequestTable::find(RequestId id) const {
  if (const auto found = processing_.find(id); found != processing_.end()) return found->second;
  if (const auto found = finished_.find(id); found != finished_.end()) return found->second;
  const auto pending = std::ranges::find(pending_, id, &Request::id);
  return pending == pending_.end() ? std::nullopt : std::optional(*pending);
}

Request* RequestTable::find_for_update(RequestId id) {
  if (const auto found = processing_.find(id); found != processing_.end()) return &found->second;
  if (const auto found = finished_.find(id); found != finished_.end()) return &found->second;
  const auto pending = std::ranges::find(pending_, id, &Request::id);
  return pending == pending_.end() ? nullptr : &*pending;
}

}  // namespace primitives
