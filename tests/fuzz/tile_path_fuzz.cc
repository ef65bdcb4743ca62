// A path that parses prints back unchanged: one tile, one path, one cache entry.
#include "tests/fuzz/fuzz.h"
#include "transparency/tile.h"

using namespace boltseal;

FUZZ(input) {
    const auto tile = parse_tile_path(as_text(input));
    if (!tile) return;
    LAW(to_path(*tile) == as_text(input));
    LAW(tile->width >= 1 && tile->width <= kTileWidth);
    LAW(!is_covered(*tile, 0));
}
