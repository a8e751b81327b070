// Conformance of random numbers and of process and thread numbers.
#include <fcntl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "process";

using Bytes = std::array<unsigned char, 512>;

CASE(getrandom_fills_what_it_is_given) {
  Bytes bytes{};
  record_call("some", getrandom(bytes.data(), 256, 0));
  record("filled", std::count(bytes.begin(), bytes.begin() + 256, 0) < 100);
  record("not beyond", std::count(bytes.begin() + 256, bytes.end(), 0));
  record_call("nonblocking", getrandom(bytes.data(), 16, GRND_NONBLOCK));
  record_call("random pool", getrandom(bytes.data(), 16, GRND_RANDOM));
  record_call("insecure", getrandom(bytes.data(), 16, GRND_INSECURE));
  record_call("none", getrandom(bytes.data(), 0, 0));
  record_call("flags", getrandom(bytes.data(), 16, 0x40));
  record_call("address", getrandom(hidden(reinterpret_cast<void*>(8)), hidden<std::size_t>(16), 0));
  record_call("by number", syscall(SYS_getrandom, bytes.data(), 16, 0));
}

CASE(getrandom_differs_from_call_to_call) {
  std::array<unsigned char, 32> first{};
  std::array<unsigned char, 32> second{};
  record_call("first", getrandom(first.data(), first.size(), 0));
  record_call("second", getrandom(second.data(), second.size(), 0));
  record("equal", first == second);
  std::array<unsigned char, 32> third{};
  std::thread([&] { static_cast<void>(!getrandom(third.data(), third.size(), 0)); }).join();
  record("equal in another thread", third == first || third == second);
}

CASE(getentropy_has_a_limit) {
  Bytes bytes{};
  record_call("256", getentropy(bytes.data(), 256));
  record("filled", std::count(bytes.begin(), bytes.begin() + 256, 0) < 100);
  record_call("257", getentropy(bytes.data(), 257));
  record_call("none", getentropy(bytes.data(), 0));
}

CASE(arc4random_is_there) {
  std::set<std::uint32_t> values;
  for (int i = 0; i < 8; ++i) values.insert(arc4random());
  record("different values", values.size() > 4);
  bool in_range = true;
  for (int i = 0; i < 20; ++i) in_range = in_range && arc4random_uniform(10) < 10;
  record("in range", in_range);
  Bytes bytes{};
  arc4random_buf(bytes.data(), 256);
  record("filled", std::count(bytes.begin(), bytes.begin() + 256, 0) < 100);
}

CASE(random_device_works) {
  std::random_device device;
  std::set<unsigned> values;
  for (int i = 0; i < 8; ++i) values.insert(device());
  record("different values", values.size() > 4);
  std::random_device named("/dev/urandom");
  values.clear();
  for (int i = 0; i < 8; ++i) values.insert(named());
  record("from the file", values.size() > 4);
}

CASE(random_files_can_be_read) {
  const Descriptor file(open("/dev/urandom", O_RDONLY | O_CLOEXEC));
  Bytes bytes{};
  record_call("read", read(file, bytes.data(), 256));
  record("filled", std::count(bytes.begin(), bytes.begin() + 256, 0) < 100);
}

CASE(seeded_generators_repeat) {
  srand(5);
  const int first = rand();
  srand(5);
  record("rand", rand() == first);
  unsigned seed = 7;
  const int one = rand_r(&seed);
  seed = 7;
  record("rand_r", rand_r(&seed) == one);
  record("mt19937", static_cast<long>(std::mt19937(5)()));
}

CASE(main_thread_has_the_number_of_the_process) {
  record("gettid", gettid() == getpid());
  record("by number", syscall(SYS_gettid) == syscall(SYS_getpid));
  record("parent", getppid() > 0);
}

CASE(thread_numbers_differ_and_stay) {
  constexpr int count = 4;
  std::array<pid_t, count> numbers{};
  std::atomic<int> changed{0};
  std::atomic<int> arrived{0};
  std::thread threads[count];
  for (std::size_t i = 0; i < count; ++i)
    threads[i] = std::thread([&, i] {
      numbers[i] = gettid();
      ++arrived;
      poll_until([&] { return arrived == count; });
      changed += gettid() != numbers[i];
      changed += syscall(SYS_gettid) != numbers[i];
      changed += getpid() == numbers[i];
    });
  for (auto& thread : threads) thread.join();
  record("different", std::set<pid_t>(numbers.begin(), numbers.end()).size());
  record("changed", changed.load());
}

CASE(process_number_is_the_same_in_all_threads) {
  const pid_t main = getpid();
  record("same", in_other_thread([&] { return getpid() == main; }));
}

}  // namespace
}  // namespace conformance
