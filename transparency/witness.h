// A witness: cosigns a checkpoint of a log that it watches if it is shown to continue the last one
// that it has cosigned. c2sp.org/tlog-witness@v1.0.0, without sign-subtree; specs/witness.md
//
// So two histories of one log cannot both have its word. It looks at no entries, and has no clock
// of its own.
#pragma once

#include "sign/signer.h"
#include "transparency/http_message.h"
#include "transparency/storage.h"
#include "transparency/watched_logs.h"
#include "transparency/witness_request.h"
#include "verify/checkpoint.h"

#include <memory>
#include <mutex>

namespace boltseal {

class WitnessService {
public:
    using Clock = std::function<Timestamp()>;

    // REQUIRES: key.key is the public half of `signer`, which must outlive this
    WitnessService(Signer& signer, NoteKey key, Clock clock);
    ~WitnessService();
    WitnessService(const WitnessService&) = delete;
    WitnessService& operator=(const WitnessService&) = delete;

    // Before the first request. `newest` has what was cosigned last, perhaps by an earlier process,
    // or nothing: Integrity if that is not by this witness, or of another log.
    Result<void> watch(const std::string& origin, std::vector<NoteKey> keys,
                       std::unique_ptr<HeadStore> newest);

    // Safe from many threads. Requests for one log are decided one after the other.
    //   POST /add-checkpoint           200 with our line, or 400, 403, 404, 409, 422
    //   GET  /<hex SHA-256 of origin>/checkpoint    the newest, by the log and by us, or 404
    //   GET  /healthz
    // 500 if the disk has failed: nothing is cosigned for that log until a restart.
    ApiResponse handle(const ApiRequest& request);

private:
    struct Log;

    struct Asked;
    static Result<Asked> parse(Bytes body);
    ApiResponse add_checkpoint(Bytes body);
    ApiResponse advance(Log& log, const Asked& asked, const std::vector<NoteSigner>& signers);
    Result<NoteSignature> sign(const std::string& text);
    ApiResponse read(std::string_view path);

    Signer& signer_;
    const NoteKey key_;
    const Clock clock_;
    std::mutex signing_;  // held while the signer works: it is for one thread at a time
    std::map<std::string, std::unique_ptr<Log>> logs_;  // by origin
};

}  // namespace boltseal
