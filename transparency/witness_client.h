// Asks the witnesses of a policy to cosign a log's checkpoints. c2sp.org/tlog-witness@v1.0.0
//
// All are asked at once, each with a proof from what it has cosigned last; a witness that knows
// better says so (409) and is asked again. One that refuses, fails, answers nonsense or not at all
// lacks, and the others decide. Every cosignature is verified before it counts.
#pragma once

#include "net/http_client.h"
#include "transparency/publication.h"
#include "verify/witness_policy.h"

#include <chrono>

namespace boltseal {

struct WitnessPatience {
    std::chrono::milliseconds quorum{5'000};  // to get it, all in all
    std::chrono::milliseconds pause{500};     // before a witness that has failed is asked again
};

// For one thread at a time.
class WitnessClient {
public:
    using Clock = std::chrono::steady_clock;
    using Tell = std::function<void(const std::string&)>;  // a line for people

    // Config if a witness has no address, the policy is for other logs, or a witness has the log's
    // own key. `tell` hears when a witness begins to fail, why, and when it answers again.
    static Result<WitnessClient> make(const WitnessPolicy& policy, const NoteKey& log,
                                      const WitnessPatience& patience = {}, Tell tell = {});

    // The checkpoint with the lines of those who have cosigned it when the quorum held, in the
    // policy's order. Declined, with who lacks, if it did not in time: asking again may help.
    Result<VerifiedCheckpoint> cosign(const VerifiedCheckpoint& head,
                                      const ProveConsistency& prove);

    // Reads what has come in from those who were not waited for. Does not wait.
    void poll();

private:
    // What was asked of a witness, and is on its way.
    struct Question {
        HttpClient::Id id = 0;
        std::uint64_t old_size = 0;
        std::uint64_t size = 0;
        std::string text;  // of the checkpoint
    };
    struct Asked {
        explicit Asked(Witness from_policy) : witness(std::move(from_policy)) {}
        Witness witness;
        std::uint64_t cosigned = 0;  // the size of what it has cosigned last, as far as we know
        std::optional<Question> question;
        std::optional<NoteSignature> line;  // of the head that is to be cosigned now
        Clock::time_point not_before{};
        int corrections = 0;  // 409s in a row
        std::string trouble;  // empty if the last answer was good
    };

    WitnessClient(const WitnessPolicy& policy, const NoteKey& log, const WitnessPatience& patience,
                  Tell tell);
    void ask(Asked& asked, const VerifiedCheckpoint& head, const ProveConsistency& prove);
    void wait(std::chrono::milliseconds most);
    void take(Asked& asked, const Result<Response>& answer);
    void take_line(Asked& asked, const Question& question, const Response& answer);
    void take_size(Asked& asked, const Question& question, const Response& answer);
    void fail(Asked& asked, const std::string& why);
    Result<VerifiedCheckpoint> check_quorum(const VerifiedCheckpoint& head) const;

    HttpClient http_;
    WitnessPolicy policy_;
    NoteKey log_;
    WitnessPatience patience_;
    Tell tell_;
    std::vector<Asked> asked_;
    std::string text_;       // of the head that is to be cosigned now
    bool has_news_ = false;  // a line that was not counted yet
};

}  // namespace boltseal
