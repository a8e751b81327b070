// Which descriptors a call waits on, and for what.
#pragma once

#include <vector>

#include "harness/diagnose/address_space.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

// Of read, write, poll, select, epoll_wait and their kin. `ready` is left to whoever knows the descriptors.
std::vector<model::WaitDescriptor> descriptors_of(const AddressSpace& memory, const SystemCallFile& call,
                                                  model::WaitKind kind);

struct EpollMember {
  std::int32_t descriptor = -1;
  std::uint32_t events = 0;
};
std::vector<EpollMember> epoll_members(std::int32_t pid, std::int32_t epoll);

}  // namespace wedge::diagnose
