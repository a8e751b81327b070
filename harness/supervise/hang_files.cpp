// Names, and writes that have reached the disk when they return.
#include "harness/supervise/hang_files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "harness/model/hang_json.h"
#include "harness/supervise/errors.h"
#include "reports/hang_markdown.h"

namespace wedge::supervise {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path) {
  throw EnvironmentError("cannot write " + path + ": " + std::strerror(errno) + "; give another --out or --report");
}

void write_all(int file, const std::string& path, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot_write(path);
    done += static_cast<std::size_t>(written);
  }
}

fs::path folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// A new file takes the place of the old one as a whole: a report that is being read, or that we cannot finish, is
// never half a report.
void write_safely(const std::string& path, const std::string& text) {
  std::error_code ignored;
  const bool is_device = fs::exists(path, ignored) && !fs::is_regular_file(path, ignored);
  const std::string unfinished = is_device ? path : path + ".part";
  const int file = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) cannot_write(path);
  write_all(file, path, text);
  fsync(file);
  close(file);
  if (is_device) return;
  if (rename(unfinished.c_str(), path.c_str()) != 0) cannot_write(path);
  const int folder = open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) fsync(folder);
  if (folder >= 0) close(folder);
}

// The nearest folder on the way to `path` that exists decides.
void check_writable(const fs::path& path) {
  fs::path folder = fs::absolute(path);
  std::error_code ignored;
  while (!fs::exists(folder, ignored) && folder.has_parent_path() && folder != folder.root_path())
    folder = folder.parent_path();
  if (!fs::is_directory(folder, ignored)) errno = ENOTDIR;
  if (!fs::is_directory(folder, ignored) || access(folder.c_str(), W_OK | X_OK) != 0) cannot_write(path.string());
}

}  // namespace

HangFiles::HangFiles(std::string folder, std::string report) : folder_(std::move(folder)), report_(std::move(report)) {
  check_writable(folder_);
  if (report_.empty()) return;
  check_writable(folder_of(report_));
  if (fs::is_directory(report_)) {
    errno = EISDIR;
    cannot_write(report_);
  }
}

void HangFiles::choose_names() {
  std::error_code error;
  fs::create_directories(folder_, error);
  for (int number = 1;; ++number) {
    const std::string name = folder_ + "/hang-" + std::to_string(number);
    // Two that watch at the same time must not choose the same number.
    const int file = open((name + ".json").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST) continue;
    if (file < 0) cannot_write(name + ".json");
    close(file);
    json_ = name + ".json";
    if (report_.empty()) report_ = name + ".md";
    return;
  }
}

void HangFiles::write(const model::Hang& hang) {
  if (json_.empty()) {
    choose_names();
    std::error_code ignored;
    fs::create_directories(folder_of(report_), ignored);
  }
  write_safely(json_, model::write_hang(hang));
  write_safely(report_, reports::hang_report(hang));
}

}  // namespace wedge::supervise
