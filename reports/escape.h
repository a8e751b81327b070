// Text from the program under test may hold anything: here it is made harmless for each format that it is put into.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wedge::reports {

// Control characters, bytes that are no UTF-8 and marks that turn the direction of text become visible: "\n", "\x1b".
std::string printable(std::string_view text);
// The same for text of several lines: line ends and tabs stay.
std::string printable_lines(std::string_view text);

// At most so many bytes, the last of them "..." if something is cut; never within a character.
std::string shortened_to(std::string_view text, std::size_t most);

// Running text of markdown; also right in a cell of a table.
std::string markdown(std::string_view text);
// A span of code: `a|b`; in a cell, the bar is escaped as tables want it.
std::string code(std::string_view text);
std::string code_in_cell(std::string_view text);
// A block of code with a fence longer than any in the text. Ends with a newline.
std::string code_block(std::string_view text, std::string_view language = "");

std::string html(std::string_view text);
// For a label in quotes, a participant or a message of a mermaid diagram.
std::string mermaid(std::string_view text);
// For the content and the attributes of XML 1.0.
std::string xml(std::string_view text);

}  // namespace wedge::reports
