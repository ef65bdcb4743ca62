#include "core/sha256_state.h"

#include "tests/check.h"

using namespace boltseal;

TEST_CASE("a hash that is put aside anywhere and taken up again is the same", "[sha256]") {
    Buffer text(64 * 5 + 13);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>(i * 7);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Sha256State first;
        first.update(Bytes(text).first(cut));
        const auto saved = first.save();
        REQUIRE(saved.has_value() == (cut % 64 == 0));
        if (!saved) continue;
        auto second = Sha256State::resume(*saved);
        REQUIRE_OK(second);
        REQUIRE(second->size() == cut);
        second->update(Bytes(text).subspan(cut));
        REQUIRE(std::move(*second).finish() == digest_of(text));
    }
}

TEST_CASE("sizes beyond 2^32 bits are counted", "[sha256]") {
    Sha256State::Saved saved;
    saved.size = std::uint64_t{1} << 33;
    auto state = Sha256State::resume(saved);
    REQUIRE(state->save() == saved);
    saved.size = std::uint64_t{64};
    REQUIRE(std::move(*state).finish() !=
            std::move(*Sha256State::resume(saved)).finish());  // the length is part of the end
    saved.size = 63;
    REQUIRE_REFUSED(Sha256State::resume(saved), "hash state is not at the end of a block");
}
