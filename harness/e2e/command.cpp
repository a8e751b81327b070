// fork, exec, two temporary files for the output, and files.
#include "harness/e2e/command.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wedge::e2e {
namespace {

namespace fs = std::filesystem;

bool changes_results(std::string_view variable) {
  return variable.starts_with("MALLOC_") || variable.starts_with("WEDGE_") || variable.starts_with("LD_PRELOAD=") ||
         variable.starts_with("DEBUGINFOD_");
}

std::vector<std::string> environment_with(const Variables& extra) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (const std::string variable(*entry);
        !changes_results(*entry) && !extra.contains(variable.substr(0, variable.find('='))))
      result.push_back(variable);
  for (const auto& [name, value] : extra) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

// Output goes to memory files: a pipe that nobody empties would stop the command.
struct Started {
  pid_t process = -1;
  int output = -1;
  int errors = -1;
};

Started start(const Words& words, const Variables& extra) {
  Started started;
  started.output = memfd_create("output", MFD_CLOEXEC);
  started.errors = memfd_create("errors", MFD_CLOEXEC);
  const std::vector<std::string> environment = environment_with(extra);
  started.process = fork();
  if (started.process != 0) return started;
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
  dup2(started.output, 1);
  dup2(started.errors, 2);
  execvpe(words.front().c_str(), pointers(words).data(), pointers(environment).data());
  _exit(127);
}

std::string taken(int file) {
  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  if (pread(file, text.data(), text.size(), 0) < 0) text = std::strerror(errno);
  close(file);
  return text;
}

Finished finish(const Started& started) {
  int status = 0;
  while (waitpid(started.process, &status, 0) < 0 && errno == EINTR) {
  }
  Finished finished;
  finished.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  finished.output = taken(started.output);
  finished.errors = taken(started.errors);
  return finished;
}

// The command that wedge prints is meant for a shell, but quotes nothing that tests need.
Words split(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

Finished run_command(const Words& words, const Variables& extra) { return finish(start(words, extra)); }

std::vector<Finished> run_commands(const std::vector<Words>& commands, unsigned at_once) {
  std::vector<Started> started;
  std::vector<Finished> finished;
  for (const Words& command : commands) {
    started.push_back(start(command, {}));
    if (started.size() - finished.size() >= at_once) finished.push_back(finish(started[finished.size()]));
  }
  while (finished.size() < started.size()) finished.push_back(finish(started[finished.size()]));
  return finished;
}

Finished wedge(const Words& arguments, const Variables& extra) {
  Words words{WEDGE_E2E_COMMAND};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_command(words, extra);
}

Folder::Folder() {
  std::string pattern = fs::temp_directory_path() / "wedge-e2e-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder: " + pattern);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::map<std::string, std::string> files_below(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder)] = read_text(entry.path());
  return files;
}

model::RunResult result_in(const std::string& folder) { return model::read_result(read_text(folder + "/result.json")); }

model::Trace trace_in(const std::string& folder, const model::FindingResult& finding) {
  return model::read_trace(read_text(folder + "/" + finding.trace));
}

Words printed_replay(const std::string& output) {
  constexpr std::string_view label = "replay  ";
  for (const std::string& line : lines_of(output))
    if (line.starts_with(label)) return split(line.substr(label.size()));
  return {};
}

}  // namespace wedge::e2e
