// Verification before anything of an image moves, for the commands that fetch, copy, save and load.
#pragma once

#include "cli/decide_image.h"
#include "cli/deliver.h"
#include "cli/hear_image.h"
#include "cli/log_options.h"
#include "cli/trust_options.h"
#include "registry-client/chunk_list.h"

namespace boltseal {

struct VerifyFirst {
    TrustOptions trust;
    LogOptions log;
    PolicyOptions policy;
    DeliverOptions deliver;
    bool off = false;          // --no-verify
    bool chunk_lists = false;  // whoever asks has a use for VerifiedFirst::chunks
};
void add_verify_first_options(Command command, VerifyFirst& options);
void add_no_verify_option(Command command, VerifyFirst& options);

// Whether the options name anybody who must have signed, or a policy that does.
bool names_somebody(const VerifyFirst& options);

// Asks for the bundles that will be looked at side by side, so that together they cost about one
// round trip.
void ask_ahead(ImageStore& store, const BlobDigest& digest, const VerifyFirst& options);

struct VerifiedFirst {
    TrustMaterial trust;        // that it was verified with; empty with a policy, or if it was not
    std::string policy_digest;  // of the policy, if one decided
    std::optional<Timestamp> newest_proved;  // of the times that time stamps and witnesses prove
    ChunkList chunks = {};  // by signers of the policy; with keys, transfer.h looks for them
};

// What holds on the digest, and with a policy on what is for `platform`, before anything moves. A
// refusal is a verdict and printed as one; "verified" is only where the work begins. With
// --no-verify that is said instead: Config if somebody is named as well.
Result<VerifiedFirst> verify_first(const ImageToHear& target, const VerifyFirst& options,
                                   const std::string& platform, Transport& transport,
                                   Streams streams);

}  // namespace boltseal
