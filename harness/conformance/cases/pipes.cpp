// Conformance of pipes: blocking between threads, ends of file, limits and error codes.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <string>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "pipes";

std::string read_some(int descriptor, std::size_t limit = 100) {
  std::string text(limit, '\0');
  const ssize_t count = read(descriptor, text.data(), text.size());
  if (count < 0) return name_of_error(errno);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

long write_text(int descriptor, std::string_view text) { return write(descriptor, text.data(), text.size()); }

CASE(pipe_passes_bytes_in_order) {
  const Pipe pipe;
  record_call("write", write_text(pipe.writer, "one "));
  record_call("write", write_text(pipe.writer, "two"));
  record("read", read_some(pipe.reader, 2));
  record("rest", read_some(pipe.reader));
}

CASE(reader_blocks_until_something_is_written) {
  const Pipe pipe;
  std::string text;
  std::thread reader([&] { text = read_some(pipe.reader); });
  for (int i = 0; i < 5; ++i) sched_yield();
  write_text(pipe.writer, "hello");
  reader.join();
  record("text", text);
}

CASE(file_does_not_end_while_another_writer_is_open) {
  Pipe pipe;
  const Descriptor second_writer(dup(pipe.writer));
  std::string text = "?";
  std::thread reader([&] { text = read_some(pipe.reader); });
  record_call("close", pipe.writer.close());
  write_text(second_writer, "still open");
  reader.join();
  record("text", text);
}

CASE(blocked_reader_sees_the_end_of_file) {
  Pipe pipe;
  ssize_t count = -1;
  std::thread reader([&] {
    char byte = 0;
    count = read(pipe.reader, &byte, 1);
  });
  for (int i = 0; i < 5; ++i) sched_yield();
  pipe.writer.close();
  reader.join();
  record("count", count);
}

CASE(writing_without_reader_is_epipe) {
  Pipe pipe;
  pipe.reader.close();
  record_call("write", write_text(pipe.writer, "x"));
}

CASE(blocked_writer_gets_epipe_when_the_reader_goes) {
  Pipe pipe;
  fill(pipe.writer);
  fcntl(pipe.writer, F_SETFL, 0);
  int error = 0;
  std::thread writer([&] { error = write_text(pipe.writer, "x") < 0 ? errno : 0; });
  for (int i = 0; i < 5; ++i) sched_yield();
  pipe.reader.close();
  writer.join();
  record_error("write", error);
}

CASE(nonblocking_ends_are_eagain) {
  const Pipe pipe(O_NONBLOCK);
  record("read", read_some(pipe.reader));
  const std::size_t room = fill(pipe.writer);
  record("room", room);
  record("room is the pipe's size", static_cast<int>(room) == fcntl(pipe.writer, F_GETPIPE_SZ));
  record_call("write", write_text(pipe.writer, "x"));
  record("drained", read_some(pipe.reader, 8192).size());
  record_call("write after draining", write_text(pipe.writer, "x"));
}

CASE(errors_of_wrong_ends) {
  const Pipe pipe;
  char byte = 0;
  record_call("read from the writer", read(pipe.writer, &byte, 1));
  record_call("write to the reader", write(pipe.reader, &byte, 1));
  record_call("read from nothing", read(-1, &byte, 1));
  record_call("write to nothing", write(9999, &byte, 1));
  record_call("read of nothing", read(pipe.reader, &byte, 0));
  record_call("write of nothing", write(pipe.writer, &byte, 0));
  record_call("seek", lseek(pipe.reader, 0, SEEK_SET));
  record_call("write from a bad address",
              write(pipe.writer, hidden(reinterpret_cast<void*>(8)), hidden<std::size_t>(1)));
  record_call("pread", pread(pipe.reader, &byte, 1, 0));
}

CASE(flags_of_pipe2) {
  const Pipe plain;
  record("plain", fcntl(plain.reader, F_GETFL) & O_NONBLOCK);
  record("plain close-on-exec", fcntl(plain.reader, F_GETFD));
  const Pipe flagged(O_NONBLOCK | O_CLOEXEC);
  record("nonblocking", (fcntl(flagged.writer, F_GETFL) & O_NONBLOCK) != 0);
  record("close-on-exec", fcntl(flagged.writer, F_GETFD));
  int ends[2] = {-1, -1};
  record_call("bad flags", pipe2(ends, O_APPEND));
  record_call("pipe", pipe(ends));
  record_call("close", close(ends[0]));
  record_call("close", close(ends[1]));
}

CASE(large_write_blocks_until_it_is_drained) {
  const Pipe pipe;
  constexpr std::size_t size = 300'000;
  long written = 0;
  std::thread writer([&] {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>(i % 251);
    written = write_text(pipe.writer, data);
  });
  std::size_t received = 0;
  bool in_order = true;
  while (received < size) {
    for (const char byte : read_some(pipe.reader, 10'000))
      in_order = in_order && byte == static_cast<char>(received++ % 251);
  }
  writer.join();
  record("written", written);
  record("in order", in_order);
}

CASE(nonblocking_large_write_is_partial) {
  const Pipe pipe(O_NONBLOCK);
  record_call("write", write_text(pipe.writer, std::string(300'000, 'x')));
}

CASE(blocked_reader_does_not_make_the_pipe_nonblocking) {
  const Pipe pipe;
  std::thread reader([&] { read_some(pipe.reader); });
  bool seen = false;
  for (int i = 0; i < 10; ++i) {
    seen = seen || (fcntl(pipe.reader, F_GETFL) & O_NONBLOCK) != 0;
    sched_yield();
  }
  write_text(pipe.writer, "x");
  reader.join();
  record("nonblocking seen", seen);
}

CASE(vectors_are_gathered_and_scattered) {
  const Pipe pipe;
  std::array<char, 3> head{'a', 'b', 'c'};
  std::array<char, 4> tail{'d', 'e', 'f', 'g'};
  const std::array<iovec, 2> from{{{head.data(), head.size()}, {tail.data(), tail.size()}}};
  record_call("writev", writev(pipe.writer, from.data(), 2));
  std::array<char, 2> first{};
  std::array<char, 10> second{};
  const std::array<iovec, 2> to{{{first.data(), first.size()}, {second.data(), second.size()}}};
  record_call("readv", readv(pipe.reader, to.data(), 2));
  record("first", std::string(first.data(), 2));
  record("second", second.data());
  record_call("negative count", writev(pipe.writer, from.data(), hidden(-1)));
  record_call("no vectors", readv(pipe.reader, to.data(), 0));
}

CASE(blocked_readv_is_woken) {
  const Pipe pipe;
  std::array<char, 2> first{};
  std::array<char, 10> second{};
  ssize_t count = -1;
  std::thread reader([&] {
    const std::array<iovec, 2> to{{{first.data(), first.size()}, {second.data(), second.size()}}};
    count = readv(pipe.reader, to.data(), 2);
  });
  write_text(pipe.writer, "hello");
  reader.join();
  record("count", count);
  record("second", second.data());
}

CASE(waiting_bytes_can_be_counted) {
  const Pipe pipe;
  write_text(pipe.writer, "12345");
  int count = -1;
  record_call("ioctl", ioctl(pipe.reader, FIONREAD, &count));
  record("count", count);
}

CASE(conversation_over_two_pipes) {
  const Pipe there;
  const Pipe back;
  std::thread server([&] {
    for (;;) {
      std::string text = read_some(there.reader);
      if (text == "end") return;
      write_text(back.writer, text + '!');
    }
  });
  std::string heard;
  for (const char* word : {"a", "bb", "ccc"}) {
    write_text(there.writer, word);
    heard += read_some(back.reader);
  }
  write_text(there.writer, "end");
  server.join();
  record("heard", heard);
}

CASE(stdio_over_a_pipe_reads_what_is_there) {
  Pipe pipe;
  write_text(pipe.writer, "first line\nsecond line\n");
  pipe.writer.close();
  FILE* const file = fdopen(dup(pipe.reader), "r");
  std::array<char, 100> line{};
  while (fgets(line.data(), line.size(), file) != nullptr) record("line", std::string(line.data()).substr(0, 6));
  record("end", feof(file) != 0);
  fclose(file);
}

CASE(stdio_over_a_pipe_blocks_until_a_line_is_there) {
  Pipe pipe;
  std::string text;
  std::thread reader([&] {
    FILE* const file = fdopen(dup(pipe.reader), "r");
    std::array<char, 100> line{};
    if (fgets(line.data(), line.size(), file) != nullptr) text = std::string(line.data()).substr(0, 4);
    fclose(file);
  });
  for (int i = 0; i < 5; ++i) sched_yield();
  write_text(pipe.writer, "line\n");
  reader.join();
  record("text", text);
}

CASE_ONE_OF(either_of_two_readers_gets_the_byte) {
  Pipe pipe;
  std::array<std::string, 2> texts;
  std::thread first([&] { texts[0] = read_some(pipe.reader, 1); });
  std::thread second([&] { texts[1] = read_some(pipe.reader, 1); });
  write_text(pipe.writer, "x");
  pipe.writer.close();
  first.join();
  second.join();
  record_one_of("got", texts[0] + '|' + texts[1] == "x|" ? "first" : "second", {"first", "second"});
  record("in all", texts[0] + texts[1]);
}

CASE_ONE_OF(two_writers_write_in_either_order) {
  Pipe pipe;
  const auto write_block = [&](char what) { write_text(pipe.writer, std::string(PIPE_BUF, what)); };
  std::thread first(write_block, 'a');
  std::thread second(write_block, 'b');
  first.join();
  second.join();
  const std::string all = read_some(pipe.reader, 3 * PIPE_BUF);
  record("torn", all != std::string(PIPE_BUF, 'a') + std::string(PIPE_BUF, 'b') &&
                     all != std::string(PIPE_BUF, 'b') + std::string(PIPE_BUF, 'a'));
  record_one_of("first", all.substr(0, 1), {"a", "b"});
}

CASE_ONE_OF(nonblocking_read_races_with_write) {
  const Pipe pipe(O_NONBLOCK);
  std::thread writer([&] { write_text(pipe.writer, "x"); });
  const std::string text = read_some(pipe.reader);
  writer.join();
  record_one_of("read", text, {"x", "EAGAIN"});
}

CASE_ONE_OF(count_of_waiting_bytes_races_with_write) {
  const Pipe pipe;
  std::thread writer([&] { write_text(pipe.writer, "x"); });
  int count = -1;
  ioctl(pipe.reader, FIONREAD, &count);
  writer.join();
  record_one_of("count", std::to_string(count), {"0", "1"});
}

CASE_ONE_OF(nonblocking_read_races_with_the_last_close) {
  Pipe pipe(O_NONBLOCK);
  std::thread closer([&] { pipe.writer.close(); });
  const std::string text = read_some(pipe.reader);
  closer.join();
  record_one_of("read", text.empty() ? "end" : text, {"end", "EAGAIN"});
}

}  // namespace
}  // namespace conformance
