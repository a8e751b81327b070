// How a hang's processes, threads and places are called in text, the same in every report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::reports {

// A thread and the process that it belongs to.
struct ThreadOfProcess {
  const model::HangProcess* process = nullptr;
  const model::HangThread* thread = nullptr;
};

// Those of the knot first, then as the hang has them.
std::vector<ThreadOfProcess> threads_by_weight(const model::Hang& hang);

// "thread 4712 'consumer'"; with several processes "thread 4712 'consumer' of process 4710".
std::string name_of_thread(const model::Hang& hang, const ThreadOfProcess& of);
// "process 4710 'ingest_test'".
std::string name_of_process(const model::HangProcess& process);
// What the number of a holder, a joinee or a child stands for.
std::string name_of_owner(const model::Hang& hang, std::int32_t id);

// "queue.cpp:43 in Queue<int>::drain()"; empty if unknown.
std::string place_words(const model::Place& place);
// The innermost place in the user's own code.
std::string place_of(const model::Hang& hang, const model::HangThread& thread);

// "waits to read from descriptor 3 (pipe)", as the capture has it or from the kind of the wait.
std::string wait_words(const model::HangThread& thread);
// "4.2 ms", "58.2 s", "3 min 20 s".
std::string duration(double seconds);

// "lost wakeup: 2 consumers wait on not_empty, which nobody will signal".
std::string headline(const model::Hang& hang);

}  // namespace wedge::reports
