// The read-write lock that the rwlock cases share: one that is made with a preference and cleans up after itself.
#pragma once

#include <pthread.h>

#include <array>

#include "harness/conformance/support.h"

namespace conformance {

class ReadWriteLock {
 public:
  explicit ReadWriteLock(int preference = PTHREAD_RWLOCK_PREFER_READER_NP) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, preference);
    pthread_rwlock_init(&it, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  ReadWriteLock(const ReadWriteLock&) = delete;
  ReadWriteLock& operator=(const ReadWriteLock&) = delete;
  ~ReadWriteLock() {
    if (!is_destroyed_) pthread_rwlock_destroy(&it);
  }
  int destroy() {
    is_destroyed_ = true;
    return pthread_rwlock_destroy(&it);
  }

  int read() { return pthread_rwlock_rdlock(&it); }
  int write() { return pthread_rwlock_wrlock(&it); }
  int try_read() { return pthread_rwlock_tryrdlock(&it); }
  int try_write() { return pthread_rwlock_trywrlock(&it); }
  int unlock() { return pthread_rwlock_unlock(&it); }

  // What another thread gets, which lets go again at once.
  int try_read_elsewhere() {
    return in_other_thread([this] { return released(try_read()); });
  }
  int try_write_elsewhere() {
    return in_other_thread([this] { return released(try_write()); });
  }

  pthread_rwlock_t it{};

 private:
  int released(int result) {
    if (result == 0) unlock();
    return result;
  }
  bool is_destroyed_ = false;
};

struct Preference {
  int kind;
  const char* name;
};

inline constexpr std::array<Preference, 3> preferences{
    {{PTHREAD_RWLOCK_PREFER_READER_NP, "reader"},
     {PTHREAD_RWLOCK_PREFER_WRITER_NP, "writer"},
     {PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, "strict writer"}}};

}  // namespace conformance
