// The program that holds the project's scenarios; `wedge list` and `wedge run` talk to it.
#include <wedge/scenario.h>

int main(int argc, char** argv) { return wedge::scenario_main(argc, argv); }
