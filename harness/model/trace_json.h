// The spelling of a trace's parts in JSON, shared by its writer and its reader so that the two cannot drift apart.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "harness/model/trace.h"

namespace wedge::model {

using Json = nlohmann::ordered_json;

inline constexpr std::string_view trace_schema = "wedge-trace/1";
inline constexpr std::string_view trace_schema_family = "wedge-trace/";
inline constexpr std::string_view checksum_key = "checksum";
inline constexpr std::string_view carrier_names[] = {"fiber", "thread"};
inline constexpr std::string_view task_state_names[] = {"ready", "blocked", "ended"};

// Text from the program under test may hold any bytes; JSON may not.
inline std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Over every member of the document but the checksum itself.
std::string checksum_of(const Json& document);

// The whole file: with its checksum, and one line per element of a member that is a list of structures.
std::string document_text(Json document);

}  // namespace wedge::model
