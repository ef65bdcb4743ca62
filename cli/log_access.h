// A transparency log that is asked over the network, and whom to believe about it.
#pragma once

#include "cli/command.h"
#include "net/http_client.h"
#include "transparency/log_client.h"
#include "verify/trusted_root.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal {

struct LogAccess {
    std::string url;                              // --log
    std::vector<std::filesystem::path> log_keys;  // --log-key
    std::filesystem::path witness_policy;         // --witness-policy
    std::filesystem::path trusted_root;           // --trusted-root
};

// Returns --log.
Option add_log_access_options(Command command, LogAccess& access);

// The keys that are named, those of the policy's logs among them. Config if there are none.
Result<std::vector<NoteKey>> load_log_keys(const LogAccess& access, const WitnessPolicy& witnesses);

// A log that has shown a checkpoint that holds.
struct OpenLog {
    LogClient client;
    WitnessPolicy witnesses;
    VerifiedCheckpoint head;

    const std::string& name() const { return client.key().name; }
    // Those who have cosigned it; none where none are asked for. Untrusted without the quorum.
    Result<std::vector<Cosigned>> check_cosigned(const VerifiedCheckpoint& checkpoint) const;
};

// Fetches the checkpoint. It must be by one of the logs that are named, and cosigned by the
// witnesses that are asked for. Config if no log is named.
Result<OpenLog> open_log(const LogAccess& access, Transport& transport);

// {"origin":...,"treeSize":...,"root":"<base64>"}: what JSON says of a log.
Json log_json(const VerifiedCheckpoint& checkpoint);

// A proof as a file: written there, or to `out` if there is no path.
Result<void> write_proof(const std::filesystem::path& path, const TlogProof& proof,
                         std::ostream& out);

}  // namespace boltseal
