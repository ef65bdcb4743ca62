#include "transparency/measured_log.h"

namespace boltseal {

void LogMetrics::committed(std::uint64_t end, Clock::time_point start) {
    const std::lock_guard guard(mutex_);
    unpublished_.push_back({end, start});
}

void LogMetrics::published(std::uint64_t size) {
    const auto now = Clock::now();
    const std::lock_guard guard(mutex_);
    while (!unpublished_.empty() && unpublished_.front().end <= size) {
        commit_time.observe(now - unpublished_.front().start);
        unpublished_.pop_front();
    }
}

void LogMetrics::print(MetricsText& text) const {
    text.counter("boltseal_log_batches_total", "Batches that became durable.", batches.value());
    text.counter("boltseal_log_entries_total", "New entries that became durable.", entries.value());
    text.histogram("boltseal_log_batch_entries", "New entries in a batch.", batch_entries);
    text.histogram("boltseal_log_commit_seconds",
                   "From the first write of a batch until it is published.", commit_time);
    text.histogram("boltseal_log_journal_seconds",
                   "A batch is written to the journal, synced and read back.", journal_time);
    text.histogram("boltseal_log_sign_seconds",
                   "The signer signs a head, and has its state synced.", sign_time);
}

Result<void> MeasuredJournal::append(const JournalRecord& record) {
    const auto start = LogMetrics::Clock::now();
    BOLTSEAL_CHECK(journal_.append(record));
    metrics_.journal_time.observe(LogMetrics::Clock::now() - start);
    metrics_.batches.add();
    metrics_.entries.add(record.count);
    metrics_.batch_entries.observe(std::uint64_t{record.count});
    metrics_.committed(record.first + record.count, start);
    return {};
}

Result<VerifiedCheckpoint> MeasuredSigner::sign(const TreeHead& head,
                                                const ConsistencyProof& proof) {
    const auto start = LogMetrics::Clock::now();
    auto signed_head = signer_.sign(head, proof);
    metrics_.sign_time.observe(LogMetrics::Clock::now() - start);
    return signed_head;
}

Result<VerifiedCheckpoint> MeasuredPublication::publish(const VerifiedCheckpoint& signed_head) {
    BOLTSEAL_TRY(VerifiedCheckpoint shown, publication_.publish(signed_head));
    metrics_.published(shown.head().size);
    return shown;
}

}  // namespace boltseal
