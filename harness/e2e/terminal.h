// A terminal with a command in it, for tests that type.
#pragma once

#include <string>

#include <sys/types.h>

#include "harness/e2e/command.h"

namespace wedge::e2e {

class Terminal {
 public:
  // The command leads a session of its own, and this terminal controls it.
  explicit Terminal(const Words& words, const Variables& extra = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys);
  // Until the text is on the screen, after whatever the last call of this found; false if it never comes.
  bool shows(const std::string& text);
  // Until the command ends; its wait status, or -1 if it never does.
  int ended();
  // The other side goes away, as when a window is closed.
  void hang_up();
  // Everything so far.
  const std::string& screen() const { return screen_; }

 private:
  bool read_more(int patience_ms);

  int file_ = -1;
  pid_t pid_ = -1;
  std::string screen_;
  std::size_t found_ = 0;
};

inline const std::string control_c = "\x03";
inline const std::string control_z = "\x1a";
inline const std::string control_backslash = "\x1c";

}  // namespace wedge::e2e
