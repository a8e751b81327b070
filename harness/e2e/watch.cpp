// Scripts, statuses, /proc.
#include "harness/e2e/watch.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/model/hang_json.h"

namespace wedge::e2e {

Variables watch_variables() {
  return {{"WEDGE", WEDGE_E2E_COMMAND}, {"WAITS", WEDGE_E2E_WAITS}, {"COUNTS", WEDGE_E2E_COUNTS}};
}

Finished script(const Folder& folder, const std::string& text) {
  return run_command({"bash", "-c", "cd " + folder.path() + "\n" + text}, watch_variables());
}

int wait_status_of(const Words& words) {
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    execvp(pointers.front(), pointers.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string wait_for_text(const std::string& path) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    if (!text.str().empty() && text.str().back() == '\n') return text.str();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {};
}

std::vector<pid_t> processes_with(const Folder& folder, const std::string& words) {
  namespace fs = std::filesystem;
  const fs::path wanted = fs::canonical(folder.path());
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    std::error_code gone;
    if (pid <= 0 || fs::read_symlink(entry.path() / "cwd", gone) != wanted) continue;
    std::ifstream file(entry.path() / "cmdline");
    std::ostringstream text;
    text << file.rdbuf();
    std::string line = text.str();
    std::ranges::replace(line, '\0', ' ');
    if (contains(line, words)) found.push_back(pid);
  }
  return found;
}

model::Hang hang_in(const std::string& path) { return model::read_hang(read_text(path)); }

}  // namespace wedge::e2e
