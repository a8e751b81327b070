// What an event loop knows of a task of its own; for the files of the loop alone.
#pragma once

#include "primitives/event_loop.h"

namespace primitives {

struct LoopTask {
  LoopTask(std::string the_name, Nursery* the_nursery, CancelScope* the_scope)
      : name(std::move(the_name)), nursery(the_nursery), scope(the_scope) {}

  bool is_cancelled() const { return scope != nullptr && scope->affects_waits(); }

  std::string name;
  Nursery* nursery;             // null: the main task
  CancelScope* scope;           // the innermost around it
  Waiting* waiting = nullptr;   // null: it runs, or can go on
  std::optional<Async<>> life;  // until `ended`, and a little longer: a coroutine cannot destroy itself
  bool ended = false;
};

}  // namespace primitives
