// Conformance of what all descriptors share: dup, fcntl, ioctl, close, and files that never block.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "descriptors";

std::string read_some(int descriptor) {
  std::array<char, 100> bytes{};
  const ssize_t count = read(descriptor, bytes.data(), bytes.size());
  return count < 0 ? name_of_error(errno) : std::string(bytes.data(), static_cast<std::size_t>(count));
}

void write_byte(int descriptor) { static_cast<void>(!write(descriptor, "x", 1)); }

CASE(close_checks_its_argument) {
  int ends[2] = {-1, -1};
  record_call("pipe", pipe(ends));
  record_call("close", close(ends[0]));
  record_call("close again", close(ends[0]));
  record_call("close nothing", close(-1));
  close(ends[1]);
}

CASE(duplicates_outlive_the_original) {
  Pipe pipe;
  const Descriptor copy(dup(pipe.writer));
  record("another number", copy.number() != pipe.writer.number());
  pipe.writer.close();
  write_byte(copy);
  record("read", read_some(pipe.reader));
}

CASE(dup2_replaces_its_target) {
  Pipe first;
  Pipe second;
  record("dup2", dup2(second.writer, first.writer) == first.writer.number());
  write_byte(first.writer);
  record("arrives in the second", read_some(second.reader));
  record("first has ended", read_some(first.reader).size());
  record("onto itself", dup2(second.writer, second.writer) == second.writer.number());
  record_call("of nothing", dup2(-1, first.writer));
  record_call("onto nothing", dup2(first.writer, -1));
  record_call("dup of nothing", dup(-1));
  record_call("dup3 onto itself", dup3(first.writer, first.writer, 0));
  record_call("dup3 flags", dup3(first.writer, second.writer, O_APPEND));
  record("dup3", dup3(first.writer, second.writer, O_CLOEXEC) == second.writer.number());
  record("close-on-exec", fcntl(second.writer, F_GETFD));
}

CASE(lowest_free_number_is_used) {
  const Pipe pipe;
  const int first = dup(pipe.reader);
  const int second = dup(pipe.reader);
  close(first);
  const int third = dup(pipe.reader);
  record("reused", third == first);
  close(second);
  close(third);
}

CASE(fcntl_duplicates_at_or_above) {
  const Pipe pipe;
  const Descriptor high(fcntl(pipe.reader, F_DUPFD, 200));
  record("at", high.number());
  const Descriptor next(fcntl(pipe.reader, F_DUPFD_CLOEXEC, 200));
  record("next", next.number());
  record("close-on-exec", fcntl(next, F_GETFD));
  record_call("of nothing", fcntl(-1, F_DUPFD, 0));
}

CASE(fcntl_reads_and_sets_flags) {
  const Pipe pipe;
  record_call("get", fcntl(pipe.reader, F_GETFL));
  record_call("set", fcntl(pipe.reader, F_SETFL, O_NONBLOCK));
  record("nonblocking", read_some(pipe.reader));
  const Descriptor copy(dup(pipe.reader));
  record("flags are shared by duplicates", (fcntl(copy, F_GETFL) & O_NONBLOCK) != 0);
  record_call("set close-on-exec", fcntl(pipe.reader, F_SETFD, FD_CLOEXEC));
  record("but not close-on-exec", fcntl(copy, F_GETFD));
  record_call("get of nothing", fcntl(-1, F_GETFL));
  record_call("bad command", fcntl(pipe.reader, 9999));
}

CASE(ioctl_sets_nonblocking) {
  const Pipe pipe;
  int on = 1;
  record_call("on", ioctl(pipe.reader, FIONBIO, &on));
  record("flag", (fcntl(pipe.reader, F_GETFL) & O_NONBLOCK) != 0);
  record("read", read_some(pipe.reader));
  int off = 0;
  record_call("off", ioctl(pipe.reader, FIONBIO, &off));
  record("flag", (fcntl(pipe.reader, F_GETFL) & O_NONBLOCK) != 0);
  record_call("of nothing", ioctl(-1, FIONBIO, &on));
}

CASE(nonblocking_set_by_another_thread_counts_for_the_next_call) {
  const Pipe pipe;
  std::thread([&] { set_nonblocking(pipe.reader); }).join();
  record("read", read_some(pipe.reader));
}

CASE(number_is_forgotten_when_closed) {
  Pipe pipe(O_NONBLOCK);
  const int number = pipe.reader;
  pipe.reader.close();
  const Descriptor file(memfd_create("file", 0));
  record("same number", file.number() == number);
  record_call("write", write(file, "abc", 3));
  record_call("seek", lseek(file, 0, SEEK_SET));
  record("read", read_some(file));
  record("at the end", read_some(file).size());
}

CASE(files_never_block) {
  const Descriptor file(memfd_create("file", 0));
  record_call("write", write(file, "hello", 5));
  record_call("pwrite", pwrite(file, "J", 1, 0));
  std::array<char, 3> bytes{};
  record_call("pread", pread(file, bytes.data(), 2, 0));
  record("bytes", bytes.data());
  record_call("truncate", ftruncate(file, 2));
  struct stat status {};
  record_call("stat", fstat(file, &status));
  record("size", status.st_size);
  record_call("sync", fsync(file));
}

CASE(threads_share_the_offset_of_a_file) {
  std::string name = "/tmp/wedge-conformance-XXXXXX";  // a real file: writes to a memfd do not exclude each other
  const Descriptor file(mkstemp(name.data()));
  unlink(name.c_str());
  std::thread threads[4];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 5; ++i) write_byte(file);
    });
  for (auto& thread : threads) thread.join();
  record_call("size", lseek(file, 0, SEEK_END));
}

CASE(devices_can_be_read) {
  const Descriptor zero(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  std::array<char, 8> bytes{1, 1, 1, 1, 1, 1, 1, 1};
  record_call("zero", read(zero, bytes.data(), bytes.size()));
  record("first", static_cast<int>(bytes[0]));
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  record_call("null", read(null, bytes.data(), bytes.size()));
  record_call("write", write(null, bytes.data(), bytes.size()));
  record_call("no such file", open("/nonexistent/file", O_RDONLY));
}

CASE(streams_read_files) {
  std::ifstream file("/proc/self/comm");
  std::string line;
  record("read", static_cast<bool>(std::getline(file, line)));
  record("some text", !line.empty());
}

CASE(closing_while_another_thread_reads_does_not_wake_it) {
  Pipe pipe;
  const int reader = dup(pipe.reader);
  Gate started;
  std::string text;
  std::thread thread([&] {
    started.open();
    text = read_some(reader);
  });
  started.wait();
  pipe.reader.close();
  write_byte(pipe.writer);
  thread.join();
  close(reader);
  record("text", text);
}

CASE_ONE_OF(flags_race_with_another_thread) {
  const Pipe pipe;
  std::thread setter([&] { set_nonblocking(pipe.reader); });
  const bool nonblocking = (fcntl(pipe.reader, F_GETFL) & O_NONBLOCK) != 0;
  setter.join();
  record_one_of("nonblocking", nonblocking ? "yes" : "no", {"yes", "no"});
}

CASE_ONE_OF(use_races_with_close) {
  int ends[2] = {-1, -1};
  record_call("pipe", pipe(ends));
  std::thread closer([&] { close(ends[1]); });
  const int result = write(ends[1], "x", 1) == 1 ? 0 : errno;
  closer.join();
  close(ends[0]);
  record_one_of("write", name_of_error(result), {"0", "EBADF"});
}

CASE_ONE_OF(lower_number_goes_to_either_thread) {
  const Pipe pipe;
  int first_number = -1;
  int second_number = -1;
  std::thread first([&] { first_number = dup(pipe.reader); });
  std::thread second([&] { second_number = dup(pipe.reader); });
  first.join();
  second.join();
  close(first_number);
  close(second_number);
  record_one_of("lower", first_number < second_number ? "first" : "second", {"first", "second"});
}

CASE_ONE_OF(file_is_read_before_or_after_another_thread_writes) {
  const Descriptor file(memfd_create("file", 0));
  const Descriptor reader(open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC));
  std::thread writer([&] { write_byte(file); });
  const std::string text = read_some(reader);
  writer.join();
  record_one_of("read", text.empty() ? "nothing" : text, {"nothing", "x"});
}

}  // namespace
}  // namespace conformance
