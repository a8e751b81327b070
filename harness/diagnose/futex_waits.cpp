// Knows the synchronisation objects of glibc and musl on x86-64 by their layout and by how each waits.
//
//   object                 operation            value         found by
//   mutex                  WAIT                 2             word == 2; owner and kind behind it
//   mutex, robust          WAIT                 owner|waiters kind behind it, owner in the value itself
//   mutex, inheriting      LOCK_PI, LOCK_PI2                  owner in the word
//   stream (FILE)          WAIT                 2             owner's thread block behind it
//   thread, joined         WAIT_BITSET, shared  its id        the word lies in a thread block
//   rwlock                 WAIT_BITSET          2 or 3        zeroes where the structure has padding
//   condition variable     WAIT_BITSET          even          counts in front of it
//   semaphore              WAIT_BITSET          0             number of waiters behind it
//   musl: mutex, thread    WAIT                               type or thread block in front of it
#include "harness/diagnose/futex_waits.h"

#include <array>

#include <linux/futex.h>

namespace wedge::diagnose {
namespace {

using model::Wait;
using model::WaitKind;
using Words = std::array<std::uint32_t, 12>;

constexpr std::uint32_t id_mask = FUTEX_TID_MASK;
constexpr std::uint32_t contended = 2;
constexpr std::uint32_t most_waiters = 1000000;
constexpr std::uint64_t alignment = 8;               // of everything that has a 64-bit count in it
constexpr std::uint64_t id_in_thread_block = 0x2d0;  // struct pthread of glibc
constexpr std::uint64_t state_in_musl_thread = 56;
constexpr std::uint64_t id_in_musl_thread = 48;
constexpr std::uint32_t musl_taken = 16;  // EBUSY in the word of a mutex that does not keep its owner

// The kind word of glibc's mutex.
constexpr std::uint32_t type_mask = 3, robust_flag = 16, inherit_flag = 32, known_kind_bits = 0x3ff;

struct Decoder {
  const AddressSpace& memory;
  const ThreadIds& ids;
  const FutexCall& call;
  Wait& wait;

  std::uint32_t command() const { return call.operation & static_cast<std::uint32_t>(FUTEX_CMD_MASK); }
  bool shared() const { return (call.operation & FUTEX_PRIVATE_FLAG) == 0; }

  std::uint32_t word(std::int64_t distance) const {
    return memory.value<std::uint32_t>(call.address + static_cast<std::uint64_t>(distance)).value_or(~0U);
  }

  // Of a lock in private memory nobody else can be the owner.
  void set_owner(std::uint32_t inner, const char* evidence) const {
    const auto owner = shared() ? ids.anywhere(inner) : ids.in_process(inner);
    wait.owner = owner.value_or(static_cast<std::int32_t>(inner));
    wait.owner_is_gone = !owner;
    wait.owner_evidence = evidence;
  }

  static const char* flavour_of(std::uint32_t kind) {
    if ((kind & inherit_flag) != 0) return "priority-inheriting";
    if ((kind & robust_flag) != 0) return "robust";
    static constexpr std::array<const char*, 4> types{"normal", "recursive", "errorcheck", "adaptive"};
    return types[kind & type_mask];
  }

  bool mutex() const {
    const std::uint32_t owner = word(8);
    const std::uint32_t users = word(12);
    const std::uint32_t kind = word(16);
    // With a time limit it waits by the bitset operation.
    if (command() != FUTEX_WAIT && command() != FUTEX_WAIT_BITSET) return false;
    if (call.value != contended || !ThreadIds::plausible(owner)) return false;
    if ((kind & ~known_kind_bits) != 0 || users == 0 || users > most_waiters) return false;
    wait.kind = WaitKind::mutex;
    wait.flavour = flavour_of(kind);
    set_owner(owner, "read from the mutex");
    return true;
  }

  bool robust_mutex() const {
    const std::uint32_t owner = call.value & id_mask;
    const std::uint32_t kind = word(16);
    if (command() != FUTEX_WAIT && command() != FUTEX_WAIT_BITSET) return false;
    if ((call.value & FUTEX_WAITERS) == 0 || word(8) != owner) return false;
    if ((kind & ~known_kind_bits) != 0 || (kind & robust_flag) == 0) return false;
    wait.kind = WaitKind::mutex;
    wait.flavour = flavour_of(kind);
    set_owner(owner, "read from the mutex");
    return true;
  }

  bool inheriting_mutex() const {
    if (command() != FUTEX_LOCK_PI && command() != FUTEX_LOCK_PI2) return false;
    wait.kind = WaitKind::mutex;
    wait.flavour = "priority-inheriting";
    set_owner(word(0) & id_mask, "read from the mutex");
    return true;
  }

  // Everything that points to a thread block points to the same place of it.
  std::optional<std::uint32_t> id_of_thread_block(std::uint64_t block) const {
    if (block == 0 || memory.value<std::uint64_t>(block + 16) != block) return std::nullopt;
    const auto id = memory.value<std::uint32_t>(block + id_in_thread_block);
    return id && ids.in_process(*id) ? id : std::nullopt;
  }

  bool stream() const {
    if (command() != FUTEX_WAIT || call.value != contended) return false;
    const auto owner = id_of_thread_block(memory.value<std::uint64_t>(call.address + 8).value_or(0));
    if (!owner) return false;
    wait.kind = WaitKind::mutex;
    wait.flavour = "stream";
    set_owner(*owner, "read from the stream's lock");
    return true;
  }

  bool joined_thread() const {
    if (command() != FUTEX_WAIT_BITSET || !shared()) return false;
    if (id_of_thread_block(call.address - id_in_thread_block) != call.value) return false;
    wait.kind = WaitKind::join;
    set_owner(call.value, "read from the joined thread");
    return true;
  }

  // 0 readers, 4 writers, 8 phase futex, 12 writers futex, 24 writer; the rest of it is padding or flags.
  bool rwlock_at(std::uint64_t base) const {
    const auto words = memory.value<std::array<std::uint32_t, 14>>(base);
    if (!words || (*words)[4] != 0 || (*words)[5] != 0 || (*words)[7] > 1) return false;
    for (std::size_t i = 8; i < 12; ++i)
      if ((*words)[i] != 0) return false;
    if ((*words)[12] > 3 || (*words)[0] >> 3 > most_waiters) return false;
    const std::uint32_t writer = (*words)[6];
    if (writer != 0 && !ThreadIds::plausible(writer)) return false;
    wait.address = base;
    if (writer != 0) set_owner(writer, "read from the rwlock");
    return true;
  }

  bool rwlock() const {
    if (command() != FUTEX_WAIT_BITSET) return false;
    if (call.value == 3 && rwlock_at(call.address - 8) && wait.owner) {
      wait.kind = WaitKind::rwlock_read;
      return true;
    }
    // In the phase of readers the first writer waits for them, and they are not written down anywhere.
    if ((call.value == 2 && rwlock_at(call.address - 8)) || (call.value == 3 && rwlock_at(call.address - 12))) {
      wait.kind = WaitKind::rwlock_write;
      return true;
    }
    return false;
  }

  // 0 sequence of waiters, 8 start of the older group, 16 references, 32 size of the older group and a lock, 36
  // references to it all, 40 signals; by group.
  bool condition_at(std::uint64_t base, std::size_t group) const {
    const auto words = memory.value<Words>(base);
    if (!words || base % alignment != 0) return false;
    const std::uint64_t sequence = ((*words)[0] | std::uint64_t{(*words)[1]} << 32) >> 1;
    const std::uint64_t older = ((*words)[2] | std::uint64_t{(*words)[3]} << 32) >> 1;
    const std::uint32_t waiters = (*words)[9] >> 3;
    if (waiters == 0 || waiters > most_waiters || sequence < waiters || older > sequence) return false;
    if ((*words)[4 + group] >> 1 == 0) return false;
    // Whatever lay in the memory before may look like counts, but hardly like small ones everywhere.
    if ((*words)[4] >> 1 > most_waiters || (*words)[5] >> 1 > most_waiters || sequence >> 40 != 0) return false;
    if (((*words)[8] & 3) > 2) return false;
    wait.kind = WaitKind::condition;
    wait.address = base;
    wait.waiters = waiters;
    wait.signal_pending = (*words)[10] >> 1 != 0 || (*words)[11] >> 1 != 0;
    return true;
  }

  bool condition() const {
    if (command() != FUTEX_WAIT_BITSET || call.value % 2 != 0) return false;
    return condition_at(call.address - 40, 0) || condition_at(call.address - 44, 1);
  }

  bool semaphore() const {
    const std::uint32_t waiters = word(4);
    if (command() != FUTEX_WAIT_BITSET || call.value != 0 || word(0) != 0) return false;
    if (call.address % alignment != 0) return false;
    if (waiters == 0 || waiters > most_waiters || (word(8) != 0 && word(8) != FUTEX_PRIVATE_FLAG)) return false;
    wait.kind = WaitKind::semaphore;
    wait.waiters = waiters;
    return true;
  }

  // musl: the type stands in front of the lock word; only types that must know their owner keep it.
  bool musl_mutex() const {
    if (command() != FUTEX_WAIT || (call.value & FUTEX_WAITERS) == 0) return false;
    const std::uint32_t type = word(-4) & 15;
    const std::uint32_t owner = call.value & id_mask;
    if (type > 2 || word(-4) > 0xff) return false;
    if (type == 0 && owner != musl_taken) return false;
    if (type != 0 && !ids.in_process(owner)) return false;
    wait.kind = WaitKind::mutex;
    static constexpr std::array<const char*, 3> types{"normal", "recursive", "errorcheck"};
    wait.flavour = types[type];
    wait.address = call.address - 4;
    if (type != 0) set_owner(owner, "read from the mutex");
    return true;
  }

  bool musl_thread() const {
    const std::uint64_t block = call.address - state_in_musl_thread;
    if (command() != FUTEX_WAIT || memory.value<std::uint64_t>(block) != block) return false;
    const auto id = memory.value<std::uint32_t>(block + id_in_musl_thread);
    if (!id || !ids.in_process(*id)) return false;
    wait.kind = WaitKind::join;
    set_owner(*id, "read from the joined thread");
    return true;
  }
};

}  // namespace

void read_futex_wait(const AddressSpace& memory, const ThreadIds& ids, const FutexCall& call, Wait& wait) {
  wait.kind = WaitKind::futex;
  wait.address = call.address;
  const Decoder decoder{memory, ids, call, wait};
  // The strictest first; each either fills the wait or leaves it alone but for what the next one overwrites.
  const bool known = decoder.inheriting_mutex() || decoder.robust_mutex() || decoder.joined_thread() ||
                     decoder.musl_thread() || decoder.stream() || decoder.mutex() || decoder.rwlock() ||
                     decoder.condition() || decoder.semaphore() || decoder.musl_mutex();
  if (known) return;
  wait.address = call.address;
  wait.owner.reset();
  wait.owner_is_gone = false;
  wait.owner_evidence.clear();
  const bool compares = decoder.command() == FUTEX_WAIT || decoder.command() == FUTEX_WAIT_BITSET;
  if (const auto now = memory.value<std::uint32_t>(call.address); now && compares)
    wait.value_changed = *now != call.value;
}

bool has_hidden_owner(const FutexCall& call, const Wait& wait) {
  if (wait.owner) return false;
  const bool lock = wait.kind == WaitKind::mutex || wait.kind == WaitKind::rwlock_write ||
                    wait.kind == WaitKind::rwlock_read || wait.kind == WaitKind::semaphore;
  // Locks of other languages and of libc itself, too, call a lock with waiters 2.
  return lock || (wait.kind == WaitKind::futex && call.value == contended);
}

}  // namespace wedge::diagnose
