// As gtest's own main, but a program whose tests were all skipped says so to Meson instead of counting as passed.
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  constexpr int skipped = 77;
  testing::InitGoogleTest(&argc, argv);
  const int status = RUN_ALL_TESTS();
  const auto& test = *testing::UnitTest::GetInstance();
  const bool none_ran = test.skipped_test_count() == test.test_to_run_count();
  return status == 0 && none_ran && !testing::GTEST_FLAG(list_tests) ? skipped : status;
}
