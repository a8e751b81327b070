// Copies memory with process_vm_readv, which neither stops nor signals the other process.
#include "harness/diagnose/address_space.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace wedge::diagnose {
namespace {

constexpr std::uint64_t page = 4096;

bool same_file(const std::string& path, std::uint64_t inode) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && status.st_ino == inode;
}

// A file may have been replaced since, or lie in a container: every way to it is checked against the inode.
std::string path_to_open(std::int32_t pid, const Mapping& mapping) {
  const std::string process = process_path(pid);
  if (same_file(mapping.path, mapping.inode)) return mapping.path;
  std::string in_container = process + "/root" + mapping.path;
  if (same_file(in_container, mapping.inode)) return in_container;
  if (same_file(process + "/exe", mapping.inode)) return process + "/exe";
  char range[64];
  std::snprintf(range, sizeof range, "/map_files/%lx-%lx", static_cast<unsigned long>(mapping.start),
                static_cast<unsigned long>(mapping.end));
  return same_file(process + range, mapping.inode) ? process + range : std::string();
}

struct Extent {
  std::uint64_t bias = 0;  // the difference between where the segment was loaded and where the file says it belongs
  std::uint64_t end = 0;   // with the zeroed variables behind the file's own
};

std::optional<Extent> extent_of(const std::string& path, const Mapping& mapping) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  Elf64_Ehdr header;
  const bool is_elf = pread(file, &header, sizeof header, 0) == sizeof header &&
                      std::equal(header.e_ident, header.e_ident + SELFMAG, ELFMAG) &&
                      header.e_ident[EI_CLASS] == ELFCLASS64;
  std::optional<std::uint64_t> bias;
  std::uint64_t end = 0;
  for (unsigned i = 0; is_elf && i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    const auto at = static_cast<off_t>(header.e_phoff + i * sizeof segment);
    if (pread(file, &segment, sizeof segment, at) != sizeof segment) break;
    if (segment.p_type != PT_LOAD) continue;
    end = std::max(end, segment.p_vaddr + segment.p_memsz);
    const std::uint64_t first = segment.p_offset & ~(page - 1);
    if (!bias && first == mapping.offset) bias = mapping.start - (segment.p_vaddr & ~(page - 1));
  }
  close(file);
  if (!bias) return std::nullopt;
  return Extent{*bias, *bias + end};
}

}  // namespace

AddressSpace::AddressSpace(std::int32_t pid) : pid_(pid) {
  errno = 0;
  auto mappings = read_mappings(pid);
  if (!mappings) {
    error_ = errno;
    return;
  }
  mappings_ = std::move(*mappings);
  find_modules();
}

void AddressSpace::find_modules() {
  for (const Mapping& mapping : mappings_) {
    if (mapping.path == "[vdso]") {
      modules_.push_back({"[vdso]", "", mapping.start, mapping.start, mapping.end});
      continue;
    }
    if (mapping.inode == 0 || mapping.path.empty()) continue;
    static constexpr std::string_view deleted = " (deleted)";
    std::string path = mapping.path;
    if (path.ends_with(deleted)) path.resize(path.size() - deleted.size());
    if (!modules_.empty() && modules_.back().path == path && mapping.offset != 0) {
      modules_.back().end = std::max(modules_.back().end, mapping.end);
      continue;
    }
    // Data files are mapped, too; they are no modules.
    const std::string open_path = path_to_open(pid_, mapping);
    const auto extent = open_path.empty() ? std::nullopt : extent_of(open_path, mapping);
    if (extent)
      modules_.push_back({path, open_path, extent->bias, mapping.start, std::max(extent->end, mapping.end)});
    else if (mapping.executable || open_path.empty())
      modules_.push_back({path, "", mapping.start - mapping.offset, mapping.start, mapping.end});
  }
}

bool AddressSpace::read(std::uint64_t address, void* target, std::size_t size) const {
  const iovec local{target, size};
  const iovec remote{reinterpret_cast<void*>(address), size};
  return process_vm_readv(pid_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

std::vector<std::byte> AddressSpace::copy(std::uint64_t address, std::size_t size) const {
  const Mapping* mapping = mapping_at(address);
  if (mapping == nullptr) return {};
  std::vector<std::byte> bytes(std::min<std::uint64_t>(size, mapping->end - address));
  const iovec local{bytes.data(), bytes.size()};
  const iovec remote{reinterpret_cast<void*>(address), bytes.size()};
  const ssize_t count = process_vm_readv(pid_, &local, 1, &remote, 1, 0);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

const Mapping* AddressSpace::mapping_at(std::uint64_t address) const {
  const auto above = std::ranges::upper_bound(mappings_, address, {}, &Mapping::start);
  if (above == mappings_.begin()) return nullptr;
  const Mapping& below = *std::prev(above);
  return below.holds(address) ? &below : nullptr;
}

const LoadedModule* AddressSpace::module_at(std::uint64_t address) const {
  const auto above = std::ranges::upper_bound(modules_, address, {}, &LoadedModule::start);
  if (above == modules_.begin()) return nullptr;
  const LoadedModule& below = *std::prev(above);
  return address < below.end ? &below : nullptr;
}

}  // namespace wedge::diagnose
