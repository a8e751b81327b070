// What kernels there are, and what running one means: time passes, then the function is called.
#include "gpu/simulated/kernels.h"

#include <time.h>

#include <cstring>

namespace wedge::gpu {

namespace {

// Made when the first kernel is defined, which may be before this library's own constructors.
std::map<const void*, KernelCode>* kernels = nullptr;

// Each argument at a place of its own, as aligned as any.
class Arguments {
 public:
  Arguments(const std::vector<std::size_t>& sizes, void** from) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto* bytes = static_cast<const unsigned char*>(from[i]);
      values_.emplace_back(new unsigned char[sizes[i]]);
      std::memcpy(values_.back().get(), bytes, sizes[i]);
      pointers_.push_back(values_.back().get());
    }
  }
  void** pointers() { return pointers_.data(); }

 private:
  std::vector<std::unique_ptr<unsigned char[]>> values_;
  std::vector<void*> pointers_;
};

void run_for_ever() {
  std::uint32_t* closing = nullptr;
  {
    Locked device;
    closing = &device->closing;
  }
  while (__atomic_load_n(closing, __ATOMIC_ACQUIRE) == 0) sleep_on(*closing, 0);
}

void fail_device(cudaError_t error) {
  Locked device;
  if (device->failed == cudaSuccess) device->failed = error;
}

void run(Operation& operation, const KernelCode& code, Arguments& arguments) {
  Faults faults;
  const std::chrono::nanoseconds start = now();
  {
    Locked device;
    faults = device->options.faults;
    operation.since = start;
  }
  if (code.duration == never || (faults.kernel_never_ends && chosen())) {
    {
      Locked device;
      operation.never_ends = true;
    }
    return run_for_ever();
  }
  if (faults.launch_fails && chosen()) return fail_device(cudaErrorLaunchFailure);
  if (code.duration.count() > 0) {
    const std::int64_t span = code.duration.count();
    const timespec time{span / 1'000'000'000, span % 1'000'000'000};
    nanosleep(&time, nullptr);
  }
  if (code.call != nullptr) code.call(code.function, arguments.pointers());
}

}  // namespace

void define_kernel(KernelCode code) {
  if (kernels == nullptr) kernels = new std::map<const void*, KernelCode>;
  (*kernels)[code.function] = std::move(code);
}

void fail_in_kernel(cudaError_t error) { fail_device(error); }

const KernelCode* kernel_at(const void* function) {
  if (kernels == nullptr) return nullptr;
  const auto found = kernels->find(function);
  return found != kernels->end() ? &found->second : nullptr;
}

void launch(Stream& stream, const KernelCode& code, void** arguments) {
  auto copied = std::make_shared<Arguments>(code.argument_sizes, arguments);
  Operation operation;
  operation.what = std::string("kernel `") + code.name + "`";
  operation.action = [&code, copied](Operation& self) { run(self, code, *copied); };
  enqueue(stream, std::move(operation));
}

}  // namespace wedge::gpu
