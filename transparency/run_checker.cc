#include "transparency/run_checker.h"

#include "core/digest.h"

namespace boltseal {

namespace {

Error damaged(const LeafRun& run, const std::string& how) {
    return Error(Fault::Integrity, "'" + run.path().string() + "' " + how);
}

Result<void> check_run(const LeafRun& run, const ExpectedPlaces& expected) {
    PlaceSum places;
    std::optional<LeafPlace> before;
    const LeafRun::Next next = run.reader();
    for (;;) {
        BOLTSEAL_TRY(const std::optional<LeafPlace> place, next());
        if (!place) break;
        if (before && *before >= *place) return damaged(run, "is not in order");
        places.add(place->leaf.bytes(), place->index);
        before = place;
    }
    auto wanted = expected(run.range());
    if (!wanted) return std::move(wanted).error().context("'" + run.path().string() + "'");
    if (places == *wanted) return {};
    return damaged(run, "has other places than what it is made from");
}

}  // namespace

void PlaceSum::add(Bytes leaf, std::uint64_t index) {
    Writer writer;
    writer.put(leaf).u64(index);
    const auto hash = sha256({writer.bytes()});
    Reader reader(hash);
    for (std::uint64_t& word : sum_) word += reader.u64().value();
    ++count_;
}

Result<void> check_runs(const std::filesystem::path& folder, const ExpectedPlaces& expected) {
    BOLTSEAL_TRY(const LeafRuns::Runs runs, LeafRuns::list(folder));
    for (const LeafRuns::Run& run : runs) BOLTSEAL_CHECK(check_run(*run, expected));
    return {};
}

}  // namespace boltseal
