// One table, by number, for x86-64.
#include "harness/diagnose/system_calls.h"

#include <algorithm>
#include <array>

#include <sys/syscall.h>

namespace wedge::diagnose {
namespace {

using enum model::WaitKind;

constexpr auto table = std::to_array<SystemCall>({
    {SYS_read, "read", read, 0},
    {SYS_write, "write", write, 0},
    {SYS_poll, "poll", poll, -1, TimeLimit::milliseconds, 2},
    {SYS_ioctl, "ioctl", other, 0},
    {SYS_pread64, "pread64", read, 0},
    {SYS_pwrite64, "pwrite64", write, 0},
    {SYS_readv, "readv", read, 0},
    {SYS_writev, "writev", write, 0},
    {SYS_select, "select", poll, -1, TimeLimit::timeval, 4},
    {SYS_pause, "pause", signal},
    {SYS_nanosleep, "nanosleep", sleep, -1, TimeLimit::timespec, 0},
    {SYS_sendfile, "sendfile", write, 0},
    {SYS_connect, "connect", connect, 0},
    {SYS_accept, "accept", accept, 0},
    {SYS_sendto, "sendto", write, 0},
    {SYS_recvfrom, "recvfrom", read, 0},
    {SYS_sendmsg, "sendmsg", write, 0},
    {SYS_recvmsg, "recvmsg", read, 0},
    {SYS_clone, "clone", vfork},
    {SYS_fork, "fork", other},
    {SYS_vfork, "vfork", vfork},
    {SYS_wait4, "wait4", child},
    {SYS_msgsnd, "msgsnd", other},
    {SYS_msgrcv, "msgrcv", other},
    {SYS_semop, "semop", semaphore},
    {SYS_fcntl, "fcntl", file_lock, 0},
    {SYS_flock, "flock", file_lock, 0},
    {SYS_fsync, "fsync", other, 0},
    {SYS_fdatasync, "fdatasync", other, 0},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", signal, -1, TimeLimit::timespec, 2},
    {SYS_rt_sigsuspend, "rt_sigsuspend", signal},
    {SYS_futex, "futex", futex, -1, TimeLimit::futex_timespec, 3},
    {SYS_io_getevents, "io_getevents", other, -1, TimeLimit::timespec, 4},
    {SYS_restart_syscall, "restart_syscall", other},
    {SYS_semtimedop, "semtimedop", semaphore, -1, TimeLimit::timespec, 3},
    {SYS_clock_nanosleep, "clock_nanosleep", sleep, -1, TimeLimit::sleep_timespec, 2},
    {SYS_epoll_wait, "epoll_wait", epoll, 0, TimeLimit::milliseconds, 3},
    {SYS_mq_timedsend, "mq_timedsend", write, 0},
    {SYS_mq_timedreceive, "mq_timedreceive", read, 0},
    {SYS_waitid, "waitid", child},
    {SYS_openat, "openat", other},
    {SYS_open, "open", other},
    {SYS_pselect6, "pselect6", poll, -1, TimeLimit::timespec, 4},
    {SYS_ppoll, "ppoll", poll, -1, TimeLimit::timespec, 2},
    {SYS_splice, "splice", read, 0},
    {SYS_epoll_pwait, "epoll_pwait", epoll, 0, TimeLimit::milliseconds, 3},
    {SYS_accept4, "accept4", accept, 0},
    {SYS_preadv, "preadv", read, 0},
    {SYS_pwritev, "pwritev", write, 0},
    {SYS_recvmmsg, "recvmmsg", read, 0, TimeLimit::timespec, 4},
    {SYS_sendmmsg, "sendmmsg", write, 0},
    {SYS_io_uring_enter, "io_uring_enter", other},
    {SYS_clone3, "clone3", vfork},
    {SYS_epoll_pwait2, "epoll_pwait2", epoll, 0, TimeLimit::timespec, 3},
});

}  // namespace

const SystemCall* system_call(std::int64_t number) {
  const auto found = std::ranges::find(table, number, &SystemCall::number);
  return found == table.end() ? nullptr : &*found;
}

std::string name_of_system_call(std::int64_t number) {
  const SystemCall* known = system_call(number);
  return known != nullptr ? known->name : "system call " + std::to_string(number);
}

}  // namespace wedge::diagnose
