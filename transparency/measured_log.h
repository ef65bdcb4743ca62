// The parts that a sequencer writes to, with a watch in front of each. specs/operations.md#metrics
#pragma once

#include "transparency/metrics.h"
#include "transparency/sequencer.h"

#include <deque>

namespace boltseal {

class LogMetrics {
public:
    Counter batches;
    Counter entries;
    Histogram batch_entries{1, 1};
    TimeHistogram journal_time;  // a batch is written, synced and read back
    TimeHistogram sign_time;     // a head is signed, and the signer's state synced
    TimeHistogram commit_time;   // from the start of that write until the batch is published

    using Clock = std::chrono::steady_clock;
    void committed(std::uint64_t end, Clock::time_point start);  // up to this index
    void published(std::uint64_t size);
    void print(MetricsText& text) const;

private:
    struct Batch {
        std::uint64_t end;
        Clock::time_point start;
    };
    std::mutex mutex_;  // guards what follows; held for no more than that
    std::deque<Batch> unpublished_;
};

// What they stand before, and the metrics, must outlive them.
class MeasuredJournal : public Journal {
public:
    MeasuredJournal(Journal& journal, LogMetrics& metrics) : journal_(journal), metrics_(metrics) {}
    Result<void> replay(const Visit& visit) override { return journal_.replay(visit); }
    Result<void> append(const JournalRecord& record) override;
    Result<void> forget(std::uint64_t size) override { return journal_.forget(size); }

private:
    Journal& journal_;
    LogMetrics& metrics_;
};

class MeasuredSigner : public HeadSigner {
public:
    MeasuredSigner(HeadSigner& signer, LogMetrics& metrics) : signer_(signer), metrics_(metrics) {}
    const NoteKey& key() const override { return signer_.key(); }
    Result<VerifiedCheckpoint> last() override { return signer_.last(); }
    Result<VerifiedCheckpoint> sign(const TreeHead& head, const ConsistencyProof& proof) override;

private:
    HeadSigner& signer_;
    LogMetrics& metrics_;
};

class MeasuredPublication : public Publication {
public:
    MeasuredPublication(Publication& publication, LogMetrics& metrics)
        : publication_(publication), metrics_(metrics) {}
    Result<std::optional<std::string>> last() override { return publication_.last(); }
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override;
    Result<void> settle() override { return publication_.settle(); }

private:
    Publication& publication_;
    LogMetrics& metrics_;
};

}  // namespace boltseal
