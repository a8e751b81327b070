// The files a run leaves behind, and what their names are.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::cli {

class OutputFolder {
 public:
  // Makes OUT/traces, so that a folder that cannot be written shows before the work and not after it.
  // Throws EnvironmentError.
  explicit OutputFolder(std::string path);

  // Returns the path relative to the folder.
  std::string write_trace(const model::Trace& trace) const;
  void write_result(const std::string& json) const;
  // Makes the folders on the way.
  void write(const std::string& relative, const std::string& text) const;
  std::string path_of(const std::string& relative) const;

 private:
  std::string path_;
};

// "abba3-deadlock-1f2e3d4c.trace.json".
std::string trace_name(const model::Trace& trace);

// Whole or not at all. Throws EnvironmentError.
void write_file(const std::string& path, const std::string& text);

// "canaries-flusher-stop-as-found-hang-1f2e3d4c": `what` is the name of a program or of a variant.
std::string finding_name(const std::string& what, Outcome outcome, const std::string& fingerprint);

// Throws EnvironmentError.
std::string read_file(const std::string& path);

}  // namespace wedge::cli
