// Runs the conformance tests, and says which of them no device has confirmed.
//
//   conformance --results FOLDER   compares with what devices did: one file for each, named after it, with a line
//                                  `passed SUITE.TEST` or `failed SUITE.TEST` for each test
//   conformance --record FILE      writes such a file; on a machine with a device
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gpu/conformance/support.h"

namespace {

using Results = std::map<std::string, bool>;  // by test: whether it passed

Results results_now() {
  Results results;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s)
    for (int t = 0; t < all.GetTestSuite(s)->total_test_count(); ++t) {
      const testing::TestInfo& test = *all.GetTestSuite(s)->GetTestInfo(t);
      if (test.should_run() && !test.result()->Skipped())
        results[std::string(test.test_suite_name()) + "." + test.name()] = test.result()->Passed();
    }
  return results;
}

// Returns how many tests end otherwise than on that device.
int compare(const std::filesystem::path& file, const Results& now, Results& seen) {
  int different = 0;
  std::ifstream in(file);
  for (std::string word, test; in >> word >> test;) {
    if (word != "passed" && word != "failed") continue;
    const auto here = now.find(test);
    if (here == now.end()) continue;
    seen[test] = true;
    if (here->second == (word == "passed")) continue;
    std::printf("%s: %s on %s, not here\n", test.c_str(), word.c_str(), file.stem().c_str());
    ++different;
  }
  return different;
}

int compare_all(const std::string& folder, const Results& now) {
  int different = 0;
  Results seen;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.path().extension() == ".txt") different += compare(entry.path(), now, seen);
  std::printf("NEVER RUN ON A DEVICE: %zu of %zu tests\n", now.size() - seen.size(), now.size());
  for (const auto& [test, passed] : now)
    if (!seen.contains(test)) std::printf("  %s\n", test.c_str());
  return different;
}

std::string option(int argc, char** argv, const std::string& name) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return argv[i + 1];
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  constexpr int skipped = 77;
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("NOT RUN: no CUDA device here (%s)\n", cudaGetErrorString(cudaGetLastError()));
    return skipped;
  }
  const int failed = RUN_ALL_TESTS();
  const std::string results = option(argc, argv, "--results");
  const std::string record = option(argc, argv, "--record");
  const Results now = results_now();
  if (!record.empty()) {
    std::ofstream out(record);
    for (const auto& [test, passed] : now) out << (passed ? "passed " : "failed ") << test << "\n";
  }
  return (results.empty() ? 0 : compare_all(results, now)) == 0 ? failed : 1;
}
