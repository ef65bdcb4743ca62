#include "tests/fuzz/fuzz.h"
FUZZ(input) { (void)input; }
