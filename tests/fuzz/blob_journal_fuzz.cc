// A journal tells of bytes of the blob only, of no hash beyond them, and the part of it that counts
// says the same alone.
#include "registry-client/blob_journal.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const JournalSubject subject{BlobDigest(), 4096, 5};
    const BootId boot = {1};
    const auto content = parse_journal(input, subject, boot);
    if (!content) return;
    LAW(content->used <= input.size());
    LAW(content->have.missing({0, subject.size}).size() <= 4096);
    for (const Extent& extent : content->have.list()) LAW(extent.to <= subject.size);
    for (const Extent& extent : content->proved.list()) LAW(content->have.covers(extent));
    for (const Extent& extent : content->chained.list()) LAW(content->proved.covers(extent));
    if (content->hashed) LAW(content->hashed->size <= content->have.end_of_prefix());
    const auto alone = parse_journal(input.first(content->used), subject, boot);
    LAW(alone && *alone == *content);
}
