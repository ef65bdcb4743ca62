#include "transparency/measured_log.h"

#include "tests/check.h"
#include "tests/support/test_log.h"

using namespace boltseal;
using namespace boltseal::test;

TEST_CASE("every batch is measured once, from its first write until it is published",
          "[measured_log]") {
    TestLog log;
    LogMetrics metrics;
    LocalHeadSigner signer(*log.key.signer, log.key.note_key, *log.store);
    MeasuredJournal journal(*log.store, metrics);
    MeasuredSigner measured_signer(signer, metrics);
    MeasuredPublication publication(*log.store, metrics);
    MemoryLeafIndex index;
    {
        const auto sequencer =
            Sequencer::start({*log.store, journal, measured_signer, publication, index});
        REQUIRE_OK(sequencer);
        for (const char* entry : {"a", "b", "a", "c"}) {
            REQUIRE_OK((*sequencer)->append(to_buffer(entry)));
        }
        REQUIRE((*sequencer)->waiting() == 0);
    }
    REQUIRE(metrics.entries.value() == 3);
    REQUIRE(metrics.batches.value() == 3);  // one after the other: the duplicate made none
    REQUIRE(metrics.batch_entries.count_in(0) == 3);
    MetricsText text;
    metrics.print(text);
    const std::string printed = std::move(text).take();
    for (const char* line :
         {"boltseal_log_entries_total 3\n", "boltseal_log_commit_seconds_count 3\n",
          "boltseal_log_journal_seconds_count 3\n", "boltseal_log_sign_seconds_count 3\n"}) {
        CAPTURE(line);
        REQUIRE(printed.find(line) != std::string::npos);
    }
    check_whole_log(
        [&]() -> TileSource& {
            log.restart();
            return log.sequencer->log();
        }(),
        *log.store->head, log.key.note_key);
}
