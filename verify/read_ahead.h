// What a verification asks for last, begun with while it does the rest: the certificates of the
// authorities and the signatures among them, with P-384 half of all the work. No answer depends on
// it: whoever asks for one of these first finds it out, and others wait (certificate_chain.h).
#pragma once

#include "verify/certificate_chain.h"

#include <thread>

namespace boltseal {

class ReadAhead {
public:
    // In the order in which they will be asked for. On a thread of its own; nothing is done if all
    // of it was done before, or if there can be no thread.
    explicit ReadAhead(std::vector<CertificateChain> chains);

private:
    std::jthread thread_;  // in the end it finishes what it is at, and is waited for
};

}  // namespace boltseal
