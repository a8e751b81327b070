// A library for shapes.cpp to open at run time: it has thread_local variables of its own.
#include <string>

namespace {
thread_local int count = 0;
thread_local std::string text = "fresh";
}  // namespace

extern "C" int count_up() {
  if (text != "fresh" && count == 0) return -1;
  text = "used";
  return ++count;
}
