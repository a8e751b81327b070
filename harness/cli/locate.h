// Where the other parts of Wedge are: beside this command in a build folder, or where an installation puts them.
#pragma once

#include <string>

namespace wedge::cli {

// libwedge.so: WEDGE_RUNTIME, else beside the command. Throws EnvironmentError.
std::string locate_runtime();

// The project's own scenarios: WEDGE_SCENARIOS, else beside the command. Throws EnvironmentError.
std::string locate_scenarios();

// The same built with ThreadSanitizer: WEDGE_TSAN_SCENARIOS, else beside the command. Throws EnvironmentError.
std::string locate_tsan_scenarios();

// Those of GPU host code, with the real CUDA runtime: WEDGE_GPU_SCENARIOS, else beside the command. Throws
// EnvironmentError.
std::string locate_gpu_scenarios();

// libwedge-free.a, for programs that run without libwedge. Throws EnvironmentError.
std::string locate_free_library();

// libwedge-cuda-recorder.so: WEDGE_CUDA_RECORDER, else beside the command. Throws EnvironmentError.
std::string locate_cuda_recorder();

// The directory that holds wedge/scenario.h. Throws EnvironmentError.
std::string locate_headers();

// The name under which the user called us: WEDGE_COMMAND, which scripts set, or argv[0].
std::string command_name(const char* argv0);

// A word such that a shell reads it back as it is.
std::string shell_quoted(const std::string& word);

std::string absolute_path(const std::string& path);

}  // namespace wedge::cli
