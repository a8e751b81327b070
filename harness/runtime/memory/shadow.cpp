// Cells of granules, found by address through a table of leaves; lists for the granules that need more than two.
#include "harness/runtime/memory/shadow.h"

#include "harness/runtime/memory/address_table.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime::memory {

Leaf** leaves = nullptr;

namespace {

constexpr std::uint8_t more = 4;        // the granule has cells in a list
constexpr std::uint8_t has_atomic = 8;  // some byte of it has a clock in the table of atomics
constexpr std::uint8_t all_bytes = 0xff;

constexpr std::uintptr_t page_size = std::uintptr_t{1} << page_bits;

Leaf* pool = nullptr;  // taken in one piece, as a first access must not make a system call
constexpr std::uint32_t pool_size = 1024;
std::uint32_t taken = 0;

struct Link {
  Cell cell;
  Link* next;
};
struct List {
  Link* first;
};
AddressTable<List> lists;  // by the address of the granule
Link* links = nullptr;
constexpr std::uint32_t most_links = 1u << 26;
std::uint32_t links_used = 0;
Link* free_links = nullptr;

Leaf& leaf_of(std::uintptr_t address) {
  Leaf*& leaf = leaves[address >> leaf_bits];
  if (leaf == nullptr) [[unlikely]]
    leaf = taken < pool_size ? &pool[taken++] : static_cast<Leaf*>(raw::reserve(sizeof(Leaf)));
  return *leaf;
}

std::size_t word_in_leaf(std::uintptr_t address) { return (address >> (page_bits + 6)) & (words_per_leaf - 1); }

[[gnu::always_inline]] inline Granule& granule_at(std::uintptr_t address) {
  Leaf& leaf = leaf_of(address);
  if (leaf.used_in != long_past + 1) [[unlikely]] {
    for (std::uint64_t& word : leaf.used) word = 0;
    leaf.used_in = long_past + 1;
  }
  leaf.used[word_in_leaf(address)] |= std::uint64_t{1} << (address >> page_bits & 63);
  return leaf.granules[granule_in_leaf(address)];
}

Link* new_link() {
  Link* link = free_links;
  if (link != nullptr)
    free_links = link->next;
  else if (links_used < most_links)
    link = &links[links_used++];
  return link;
}

void put(Cell& cell, const Access& access, std::uint8_t bytes) {
  cell.epoch = access.epoch;
  cell.task = access.task;
  cell.bytes = bytes;
  cell.flags = static_cast<std::uint8_t>((cell.flags & ~kind::bits) | access.kind);
  cell.place = access.place;
}

// Looks at one cell: reports a race, and gives up the bytes for which the new access says it all.
[[gnu::always_inline]] inline void meet(Cell& cell, std::uintptr_t base, std::uint8_t bytes, const Access& access,
                                        bool notes, OnRace on_race) {
  const auto shared = static_cast<std::uint8_t>(cell.bytes & bytes);
  if (shared == 0) return;
  if (cell.epoch <= long_past) {
    cell.bytes = 0;
    return;
  }
  const auto kind = static_cast<std::uint8_t>(cell.flags & kind::bits);
  const bool ordered = cell.task == access.task || cell.epoch <= access.clock->of(cell.task);
  if (!ordered) {
    if (conflict(kind, access.kind))
      on_race(cell, access, base + static_cast<unsigned int>(__builtin_ctz(shared)),
              static_cast<std::uint32_t>(__builtin_popcount(shared)));
  } else if (notes && covers(access.kind, kind)) {
    cell.bytes = static_cast<std::uint8_t>(cell.bytes & ~bytes);
  }
}

bool is_same(const Cell& cell, const Access& access) {
  return cell.epoch == access.epoch && cell.task == access.task && (cell.flags & kind::bits) == access.kind &&
         cell.place == access.place;
}

bool put_into_list(std::uintptr_t base, std::uint8_t bytes, const Access& access) {
  List& list = lists.at(base);
  for (Link* link = list.first; link != nullptr; link = link->next)
    if (is_same(link->cell, access)) {
      link->cell.bytes |= bytes;
      return true;
    }
  Link* link = new_link();
  if (link == nullptr) return false;
  link->cell = {};
  put(link->cell, access, bytes);
  link->next = list.first;
  list.first = link;
  return true;
}

void meet_list(std::uintptr_t base, std::uint8_t bytes, const Access& access, bool notes, OnRace on_race) {
  List* list = lists.find(base);
  if (list == nullptr) return;
  for (Link** at = &list->first; *at != nullptr;) {
    Link* link = *at;
    meet(link->cell, base, bytes, access, notes, on_race);
    if (link->cell.bytes != 0) {
      at = &link->next;
      continue;
    }
    *at = link->next;
    link->next = free_links;
    free_links = link;
  }
}

[[gnu::always_inline]] inline void note_in_granule(Granule& granule, std::uintptr_t base, std::uint8_t bytes,
                                                   const Access& access, bool notes, OnRace on_race) {
  Cell& first = granule.cells[0];
  Cell& second = granule.cells[1];
  meet(first, base, bytes, access, notes, on_race);
  meet(second, base, bytes, access, notes, on_race);
  if ((first.flags & more) != 0) [[unlikely]] {
    if (lists.find(base) == nullptr)
      first.flags &= static_cast<std::uint8_t>(~more);  // of an earlier execution
    else
      meet_list(base, bytes, access, notes, on_race);
  }
  if (!notes) return;
  for (Cell* cell : {&first, &second})
    if (cell->bytes != 0 && is_same(*cell, access)) {
      cell->bytes |= bytes;
      return;
    }
  for (Cell* cell : {&first, &second})
    if (cell->bytes == 0 || cell->epoch <= long_past) {
      put(*cell, access, bytes);
      return;
    }
  if (put_into_list(base, bytes, access)) first.flags |= more;
}

// The same task in the same epoch has done at least as much to these bytes already.
bool is_known(const Cell& cell, std::uint8_t bytes, const Access& access) {
  return cell.epoch == access.epoch && cell.task == access.task && (cell.bytes & bytes) == bytes &&
         covers(static_cast<std::uint8_t>(cell.flags & kind::bits), access.kind);
}

std::uint8_t bytes_from(std::uintptr_t address, std::size_t size) {
  const unsigned int first = address & 7;
  const std::size_t here = size < 8 - first ? size : 8 - first;
  return static_cast<std::uint8_t>((all_bytes >> (8 - here)) << first);
}

// The pages used from that of `address` to the end of its word of bits, the first of them in the lowest bit.
std::uint64_t used_from(std::uintptr_t address) {
  const Leaf* leaf = leaves[address >> leaf_bits];
  if (leaf == nullptr || leaf->used_in != long_past + 1) return 0;
  return leaf->used[word_in_leaf(address)] >> (address >> page_bits & 63);
}

// The beginning of the next used page, or `end`, whichever comes first; `address` itself if its page is used.
std::uintptr_t next_used(std::uintptr_t address, std::uintptr_t end) {
  constexpr std::uintptr_t word_size = page_size * 64;
  while (address < end) {
    const std::uint64_t used = used_from(address);
    if ((used & 1) != 0) return address;
    if (used != 0) {
      address = (address & ~(page_size - 1)) + page_size * static_cast<unsigned int>(__builtin_ctzll(used));
      return address < end ? address : end;
    }
    address = (address & ~(word_size - 1)) + word_size;
  }
  return end;
}

// Calls `visit` with each granule of the range that was used in this execution, and the bytes of it that are meant.
template <typename Visit>
void for_each_used(std::uintptr_t address, std::size_t size, Visit visit) {
  const std::uintptr_t end = address + size;
  while ((address = next_used(address, end)) < end) {
    const std::uintptr_t next_page = (address & ~(page_size - 1)) + page_size;
    const std::uintptr_t stop = end < next_page ? end : next_page;
    while (address < stop) {
      const std::uintptr_t next = (address & ~std::uintptr_t{7}) + 8;
      visit(granule_at(address), address & ~std::uintptr_t{7}, bytes_from(address, end - address));
      address = next;
    }
  }
}

bool in_reach(std::uintptr_t address, std::size_t size) {
  return address < address_limit && size < address_limit - address;
}

void forget_bytes(Cell& cell, std::uint8_t bytes) { cell.bytes = static_cast<std::uint8_t>(cell.bytes & ~bytes); }

}  // namespace

void begin_shadow(bool empty_it) {
  if (leaves == nullptr) {
    leaves = static_cast<Leaf**>(raw::reserve((address_limit >> leaf_bits) * sizeof(Leaf*)));
    pool = static_cast<Leaf*>(raw::reserve(pool_size * sizeof(Leaf)));
    links = static_cast<Link*>(raw::reserve(most_links * sizeof(Link)));
  } else if (empty_it) {
    for (std::size_t i = 0; i < address_limit >> leaf_bits; ++i)
      if (leaves[i] != nullptr) raw::call(SYS_madvise, reinterpret_cast<long>(leaves[i]), sizeof(Leaf), MADV_DONTNEED);
  }
  lists.forget_all();
  links_used = 0;
  free_links = nullptr;
}

void note_access(std::uintptr_t address, std::size_t size, Access& access, OnRace on_race) {
  if (!in_reach(address, size)) [[unlikely]]
    return;
  while (size > 0) {
    const std::uint8_t bytes = bytes_from(address, size);
    Granule& granule = granule_at(address);
    if (!is_known(granule.cells[0], bytes, access) && !is_known(granule.cells[1], bytes, access)) {
      if (access.remember != nullptr) [[unlikely]] {
        access.place = access.remember(access.place);
        access.remember = nullptr;
      }
      note_in_granule(granule, address & ~std::uintptr_t{7}, bytes, access, true, on_race);
    }
    const std::size_t here = 8 - (address & 7);
    if (size <= here) return;
    size -= here;
    address += here;
  }
}

void check_access(std::uintptr_t address, std::size_t size, const Access& access, OnRace on_race) {
  if (!in_reach(address, size)) return;
  for_each_used(address, size, [&](Granule& granule, std::uintptr_t base, std::uint8_t bytes) {
    note_in_granule(granule, base, bytes, access, false, on_race);
  });
}

void forget_range(std::uintptr_t address, std::size_t size) {
  if (leaves == nullptr || !in_reach(address, size)) return;
  for_each_used(address, size, [](Granule& granule, std::uintptr_t base, std::uint8_t bytes) {
    Cell& first = granule.cells[0];
    forget_bytes(first, bytes);
    forget_bytes(granule.cells[1], bytes);
    if ((first.flags & more) != 0)
      if (List* list = lists.find(base))
        for (Link* link = list->first; link != nullptr; link = link->next) forget_bytes(link->cell, bytes);
    if ((first.flags & has_atomic) == 0) return;
    for (unsigned int i = 0; i < 8; ++i)
      if ((bytes >> i & 1) != 0) forget_atomic(reinterpret_cast<const void*>(base + i));
    if (bytes == all_bytes) first.flags &= static_cast<std::uint8_t>(~has_atomic);
  });
}

void note_atomic(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  if (in_reach(at, 1)) granule_at(at).cells[0].flags |= has_atomic;
}

}  // namespace wedge::runtime::memory
