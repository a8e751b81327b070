// The words for what a hang can be and what its threads can wait for.
#include "harness/model/hang.h"

#include <array>

namespace wedge::model {
namespace {

template <typename Enumeration>
using Names = std::array<std::string_view, static_cast<std::size_t>(Enumeration::count_)>;

constexpr Names<HangClass> class_names{
    "unknown",
    "not hung",
    "deadlock",
    "lost wakeup",
    "missing producer",
    "abandoned owner",
    "orphaned I/O",
    "starvation",
    "busy livelock",
    "pool exhausted",
    "pipe back-pressure",
    "deferred work never run",
    "signal undeliverable",
    "unfinished device work",
};
constexpr Names<Confidence> confidence_names{"none", "low", "medium", "high", "proven"};
constexpr Names<WaitKind> wait_names{
    "none",   "running",   "mutex",  "rwlock read", "rwlock write", "condition variable",
    "join",   "semaphore", "futex",  "sleep",       "child",        "vfork",
    "read",   "write",     "accept", "connect",     "poll",         "epoll",
    "signal", "file lock", "other",
};
constexpr Names<StackSource> source_names{"none", "passive", "seized"};
constexpr Names<YesNo> answer_names{"unknown", "yes", "no"};
constexpr Names<NodeKind> node_names{"thread", "process", "object"};

}  // namespace

std::string_view name_of(HangClass hang_class) { return class_names.at(static_cast<std::size_t>(hang_class)); }
std::string_view name_of(Confidence confidence) { return confidence_names.at(static_cast<std::size_t>(confidence)); }
std::string_view name_of(WaitKind kind) { return wait_names.at(static_cast<std::size_t>(kind)); }
std::string_view name_of(StackSource source) { return source_names.at(static_cast<std::size_t>(source)); }
std::string_view name_of(YesNo answer) { return answer_names.at(static_cast<std::size_t>(answer)); }
std::string_view name_of(NodeKind kind) { return node_names.at(static_cast<std::size_t>(kind)); }

}  // namespace wedge::model
