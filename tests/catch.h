// The one include of Catch2, and only of the parts in use: catch_all costs seconds per file.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
