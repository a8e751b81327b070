// Who gets which stream.
#include "primitives/stream_pool.h"

#include <gtest/gtest.h>

namespace primitives {
namespace {

TEST(StreamPool, a_group_has_one_stream) {
  StreamPool pool;
  cudaStream_t first = pool.stream_of("solver");
  EXPECT_EQ(pool.stream_of("solver"), first);
  EXPECT_NE(pool.stream_of("another"), first);
}

TEST(StreamPool, a_fresh_stream_is_nobody_elses) {
  StreamPool pool;
  cudaStream_t first = pool.fresh();
  EXPECT_NE(pool.fresh(), first);
  EXPECT_NE(pool.stream_of("solver"), first);
}

TEST(StreamPool, its_streams_do_not_wait_for_the_default_stream) {
  StreamPool pool;
  for (cudaStream_t stream : {pool.fresh(), pool.stream_of("solver")}) {
    unsigned int flags = 0;
    EXPECT_EQ(cudaStreamGetFlags(stream, &flags), cudaSuccess);
    EXPECT_EQ(flags, static_cast<unsigned>(cudaStreamNonBlocking));
  }
}

}  // namespace
}  // namespace primitives
