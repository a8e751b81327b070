// Unfinished device work: a thread in a call of the CUDA runtime, behind a kernel. With WORK_IS_DONE a near miss: the
// program was told that the kernel has completed, and the thread waits for something else. What a recorder in the
// process would write down is written here.
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <wedge/stream_table.h>

#include "corpus.h"

namespace {

#ifdef WORK_IS_DONE
constexpr wedge::StreamState state_of_kernel = wedge::StreamState::completed;
#else
constexpr wedge::StreamState state_of_kernel = wedge::StreamState::enqueued;
#endif

wedge::StreamTable* new_table() {
  const int file = memfd_create(wedge::stream_table_name, MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, sizeof(wedge::StreamTable)) != 0) exit(1);
  void* memory = mmap(nullptr, sizeof(wedge::StreamTable), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (memory == MAP_FAILED) exit(1);
  return static_cast<wedge::StreamTable*>(memory);
}

void write_down(wedge::StreamTable& table) {
  table.now_ns = wedge::time_unknown;
  wedge::StreamRow& stream = table.streams[0];
  stream.used = true;
  stream.number = 1;
  stream.operations = 1;
  wedge::OperationRow& kernel = stream.last[0];
  kernel.number = 1;
  kernel.state = state_of_kernel;
  kernel.enqueued_ns = kernel.started_ns = kernel.completed_ns = wedge::time_unknown;
  strcpy(kernel.what, "kernel `spin`");
  wedge::StreamCallRow& call = table.calls[0];
  call.thread = static_cast<int>(syscall(SYS_gettid));
  call.since_ns = 0;  // since the machine was started
  call.awaits[0] = {1, 1, 0};
  strcpy(call.call, "cudaStreamSynchronize");
  table.magic = wedge::stream_table_magic;
}

[[gnu::noinline]] void synchronize() {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGUSR1);
  sigprocmask(SIG_BLOCK, &awaited, nullptr);
  must_not_be_interrupted(sigwaitinfo(&awaited, nullptr), "sigwaitinfo");
}

}  // namespace

int main() {
  call_thread("host");
  write_down(*new_table());
  synchronize();
  return 0;
}
