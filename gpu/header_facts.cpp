// Prints what a header says of the API, one fact a line. Built twice, with our header and with the toolkit's: the test
// `gpu header` compares what the two print.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <typeinfo>

namespace {

template <typename T>
void value(const char* name, T number) {
  std::printf("%s = %llu\n", name, static_cast<unsigned long long>(number));
}

void type(const char* name, const std::type_info& info, unsigned long size) {
  std::printf("%s is a %s of %lu bytes\n", name, info.name(), size);
}

void function(const char* name, const std::type_info& info) { std::printf("%s: %s\n", name, info.name()); }

}  // namespace

#define VALUE(name) value(#name, name)
#define TYPE(name) type(#name, typeid(name), sizeof(name))
#define FUNCTION(name) function(#name, typeid(&name))

int main() {
  TYPE(cudaError_t);
  TYPE(cudaStream_t);
  TYPE(cudaEvent_t);
  TYPE(dim3);
  TYPE(cudaMemcpyKind);
  TYPE(cudaMemoryType);
  TYPE(cudaStreamCallback_t);
  TYPE(cudaHostFn_t);

  VALUE(cudaSuccess);
  VALUE(cudaErrorInvalidValue);
  VALUE(cudaErrorMemoryAllocation);
  VALUE(cudaErrorInitializationError);
  VALUE(cudaErrorCudartUnloading);
  VALUE(cudaErrorInvalidConfiguration);
  VALUE(cudaErrorInvalidMemcpyDirection);
  VALUE(cudaErrorInvalidDeviceFunction);
  VALUE(cudaErrorNoDevice);
  VALUE(cudaErrorInvalidDevice);
  VALUE(cudaErrorInvalidResourceHandle);
  VALUE(cudaErrorIllegalState);
  VALUE(cudaErrorNotReady);
  VALUE(cudaErrorIllegalAddress);
  VALUE(cudaErrorLaunchTimeout);
  VALUE(cudaErrorHostMemoryAlreadyRegistered);
  VALUE(cudaErrorHostMemoryNotRegistered);
  VALUE(cudaErrorLaunchFailure);
  VALUE(cudaErrorNotPermitted);
  VALUE(cudaErrorNotSupported);
  VALUE(cudaErrorUnknown);
  VALUE(cudaMemcpyHostToHost);
  VALUE(cudaMemcpyHostToDevice);
  VALUE(cudaMemcpyDeviceToHost);
  VALUE(cudaMemcpyDeviceToDevice);
  VALUE(cudaMemcpyDefault);
  VALUE(cudaMemoryTypeUnregistered);
  VALUE(cudaMemoryTypeHost);
  VALUE(cudaMemoryTypeDevice);
  VALUE(cudaMemoryTypeManaged);
  VALUE(cudaHostAllocDefault);
  VALUE(cudaHostAllocPortable);
  VALUE(cudaHostAllocMapped);
  VALUE(cudaHostAllocWriteCombined);
  VALUE(cudaHostRegisterDefault);
  VALUE(cudaHostRegisterPortable);
  VALUE(cudaHostRegisterMapped);
  VALUE(cudaStreamDefault);
  VALUE(cudaStreamNonBlocking);
  VALUE(cudaEventDefault);
  VALUE(cudaEventBlockingSync);
  VALUE(cudaEventDisableTiming);
  VALUE(cudaEventInterprocess);
  VALUE(cudaEventWaitDefault);
  value("cudaStreamLegacy", reinterpret_cast<unsigned long>(cudaStreamLegacy));
  value("cudaStreamPerThread", reinterpret_cast<unsigned long>(cudaStreamPerThread));

  FUNCTION(cudaDeviceReset);
  FUNCTION(cudaDeviceSynchronize);
  FUNCTION(cudaDeviceGetStreamPriorityRange);
  FUNCTION(cudaGetDeviceCount);
  FUNCTION(cudaSetDevice);
  FUNCTION(cudaGetDevice);
  FUNCTION(cudaRuntimeGetVersion);
  FUNCTION(cudaDriverGetVersion);
  FUNCTION(cudaGetLastError);
  FUNCTION(cudaPeekAtLastError);
  FUNCTION(cudaGetErrorName);
  FUNCTION(cudaGetErrorString);
  FUNCTION(cudaStreamCreate);
  FUNCTION(cudaStreamCreateWithFlags);
  FUNCTION(cudaStreamCreateWithPriority);
  FUNCTION(cudaStreamGetPriority);
  FUNCTION(cudaStreamGetFlags);
  FUNCTION(cudaStreamDestroy);
  FUNCTION(cudaStreamQuery);
  FUNCTION(cudaStreamSynchronize);
  FUNCTION(cudaStreamWaitEvent);
  FUNCTION(cudaStreamAddCallback);
  FUNCTION(cudaLaunchHostFunc);
  FUNCTION(cudaLaunchKernel);
  FUNCTION(cudaEventCreate);
  FUNCTION(cudaEventCreateWithFlags);
  FUNCTION(cudaEventRecord);
  FUNCTION(cudaEventQuery);
  FUNCTION(cudaEventSynchronize);
  FUNCTION(cudaEventDestroy);
  FUNCTION(cudaEventElapsedTime);
  FUNCTION(cudaMalloc);
  FUNCTION(cudaFree);
  FUNCTION(cudaMallocAsync);
  FUNCTION(cudaFreeAsync);
  FUNCTION(cudaMallocHost);
  FUNCTION(cudaHostAlloc);
  FUNCTION(cudaFreeHost);
  FUNCTION(cudaHostRegister);
  FUNCTION(cudaHostUnregister);
  FUNCTION(cudaMemGetInfo);
  FUNCTION(cudaMemcpy);
  FUNCTION(cudaMemcpyAsync);
  FUNCTION(cudaMemset);
  FUNCTION(cudaMemsetAsync);
}
