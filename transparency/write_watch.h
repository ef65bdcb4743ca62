// Somebody who looks on while a request writes, and may say no.
#pragma once

#include "transparency/sequenced.h"
#include "verify/log_entry.h"

namespace boltseal {

// One for each request; one thread at a time.
class WriteWatch {
public:
    virtual ~WriteWatch() = default;

    // An entry whose signature was verified. An error refuses the whole request, with its message.
    virtual Result<void> on_entry(const HashedRekord& entry) = 0;

    // True once on_entry has refused one: that is the reason why the request fails.
    virtual bool has_refused() const = 0;

    // All entries of the request are in the log. Called at most once, before the answer.
    virtual void on_placed(const std::vector<Place>& places) = 0;
};

}  // namespace boltseal
