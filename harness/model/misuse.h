// What a program did to a mutex, a condition variable or a thread that their manuals leave undefined.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wedge::model {

enum class MisuseKind : std::uint8_t {
  none,
  use_of_destroyed,
  unlock_of_free,
  unlock_of_others,
  destroy_held,
  destroy_waited_for,
  initialise_in_use,
  wait_without_mutex,
  wait_with_other_mutex,
  thread_is_gone,
  count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(MisuseKind::count_)> misuse_names{
    "none",
    "use of destroyed",
    "unlock of free",
    "unlock of others",
    "destroy held",
    "destroy waited for",
    "initialise in use",
    "wait without mutex",
    "wait with other mutex",
    "thread is gone",
};

constexpr std::string_view name_of(MisuseKind kind) { return misuse_names[static_cast<std::size_t>(kind)]; }

// `task`, `step` and `stack` tell of what made the call wrong: the destruction, the taking, the wait.
struct Misuse {
  MisuseKind kind = MisuseKind::none;
  std::uint16_t task = 0xffff;  // no_task: nobody did anything before
  std::uint32_t object = 0;     // index into objects; 0: none
  std::uint64_t step = 0;
  std::uint32_t stack = 0;
  std::uint32_t pad = 0;

  bool operator==(const Misuse&) const = default;
};

}  // namespace wedge::model
