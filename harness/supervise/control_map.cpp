// Makes the shared memory. Only the header is touched here: the block as a whole is 50 MB that mostly stay untouched.
#include "harness/supervise/control_map.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "harness/supervise/errors.h"

namespace wedge::supervise {

ControlMap::ControlMap() {
  constexpr std::size_t size = sizeof(model::ControlBlock);
  file_ = memfd_create("wedge-control", MFD_CLOEXEC);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(size)) != 0)
    throw EnvironmentError(std::string("cannot make shared memory (memfd_create): ") + std::strerror(errno));
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_, 0);
  if (memory == MAP_FAILED) {
    close(file_);
    throw EnvironmentError(std::string("cannot map shared memory: ") + std::strerror(errno));
  }
  block_ = static_cast<model::ControlBlock*>(memory);
  block_->magic = model::control_magic;
  block_->size_check = static_cast<std::uint32_t>(size);
}

ControlMap::~ControlMap() {
  munmap(block_, sizeof(model::ControlBlock));
  close(file_);
}

}  // namespace wedge::supervise
