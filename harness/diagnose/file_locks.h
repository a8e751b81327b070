// Who holds the file lock that a process waits for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wedge::diagnose {

// `locks`: the text of /proc/locks. None: it does not say, as of locks that belong to an open file and not a process.
std::optional<std::int32_t> holder_of_file_lock(std::string_view locks, std::int32_t waiting_process,
                                                std::uint64_t inode);

}  // namespace wedge::diagnose
