// The program that holds the small CUDA programs.
#include <wedge/scenario.h>

int main(int argc, char** argv) { return wedge::scenario_main(argc, argv); }
