// Somebody who looks on while a request writes, and may say no.
#pragma once

#include "transparency/sequenced.h"
#include "verify/public_key.h"

namespace boltseal {

// One for each request; one thread at a time.
class WriteWatch {
public:
    virtual ~WriteWatch() = default;

    // Somebody whose signature in an entry was verified; the certificate (DER) is empty if there
    // was a bare key. An error refuses the whole request, with its message.
    virtual Result<void> on_signer(const PublicKey& key, Bytes certificate) = 0;

    // True once on_signer has refused one: that is the reason why the request fails.
    virtual bool has_refused() const = 0;

    // All entries of the request are in the log. Called at most once, before the answer.
    virtual void on_placed(const std::vector<Place>& places) = 0;
};

}  // namespace boltseal
