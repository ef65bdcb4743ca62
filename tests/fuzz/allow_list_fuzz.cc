// A list that is read allows somebody; one that names no files is read the same again.
#include "tests/fuzz/fuzz.h"
#include "transparency/allow_list.h"

using namespace boltseal;

FUZZ(input) {
    const auto load = [](const std::string&, std::size_t) -> Result<Buffer> {
        return Error(Fault::Missing, "is not there");
    };
    const auto list = AllowList::parse(input, load);
    if (!list) {
        LAW(list.error().fault() == Fault::Config);
        return;
    }
    LAW(as_text(input).find("sha256") != std::string_view::npos);
}
