// The files that a hang leaves behind: safe on the disk before anything is done to the process they tell of.
#pragma once

#include <string>

#include "harness/model/hang.h"

namespace wedge::supervise {

class HangFiles {
 public:
  // `report` may be empty: then it is beside the JSON. Nothing is made before the first write, so that a command that
  // does not hang leaves nothing behind. Throws EnvironmentError if it is plain already that nothing can be written.
  HangFiles(std::string folder, std::string report);

  // FOLDER/hang-N.json and the report, N being the first number that is free; every later time the same two files
  // again. Throws EnvironmentError.
  void write(const model::Hang& hang);

  const std::string& report() const { return report_; }

 private:
  void choose_names();

  std::string folder_;
  std::string json_;
  std::string report_;
};

}  // namespace wedge::supervise
