#include "transparency/witness_client.h"

#include "transparency/witness_request.h"

#include <algorithm>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxWitnessAnswer = std::size_t{64} << 10;
constexpr int kMaxCorrections = 3;
constexpr std::size_t kShown = 200;

// The text of a signed note: everything before its signatures.
std::string text_of(const VerifiedCheckpoint& head) {
    return to_string(head.checkpoint());
}

// The line by this witness that the answer has, verified. Those by others are not for us.
Result<NoteSignature> find_line(const std::string& text, const Buffer& body, const NoteKey& key) {
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(text + "\n" + std::string(as_text(body)))));
    BOLTSEAL_TRY(const auto signers, check_note(note, {key}));
    for (const NoteSignature& line : note.signatures) {
        if (line.name != key.name || line.key_id != key.id()) continue;
        if (signers.front().time->seconds != 0) return line;
        return Error(Fault::Untrusted, "cosignature gives no time");
    }
    return Error(Fault::Untrusted, "no cosignature");  // check_note has found one
}

std::string first_line(const Buffer& body) {
    const std::string_view text = as_text(body);
    return printable(text.substr(0, text.find('\n')), kShown);
}

Result<void> check_addresses(const WitnessPolicy& policy) {
    for (const Witness& witness : policy.witnesses()) {
        if (!witness.url.empty()) continue;
        return Error(Fault::Config, "witness " + printable(witness.name) +
                                        " has no URL in the policy: it cannot be asked");
    }
    return {};
}

}  // namespace

Result<WitnessClient> WitnessClient::make(const WitnessPolicy& policy, const NoteKey& log,
                                          const WitnessPatience& patience, Tell tell) {
    BOLTSEAL_CHECK(check_addresses(policy));
    BOLTSEAL_CHECK(check_independence(policy, log));
    const auto& logs = policy.logs();
    if (!logs.empty() && std::ranges::find(logs, log) == logs.end()) {
        return Error(Fault::Config, "the policy is not for log '" + log.name + "' and its key");
    }
    return WitnessClient(policy, log, patience, std::move(tell));
}

WitnessClient::WitnessClient(const WitnessPolicy& policy, const NoteKey& log,
                             const WitnessPatience& patience, Tell tell)
    : policy_(policy), log_(log), patience_(patience), tell_(std::move(tell)) {
    for (const Witness& witness : policy.witnesses()) asked_.emplace_back(witness);
}

Result<VerifiedCheckpoint> WitnessClient::cosign(const VerifiedCheckpoint& head,
                                                 const ProveConsistency& prove) {
    if (std::string text = text_of(head); text != text_) {
        text_ = std::move(text);
        for (Asked& asked : asked_) asked.line.reset();
    }
    has_news_ = true;  // there may be lines from before
    const auto deadline = Clock::now() + patience_.quorum;
    std::optional<Error> lacking;
    for (;;) {
        const auto now = Clock::now();
        auto next = deadline;
        for (Asked& asked : asked_) {
            if (asked.line || asked.question) continue;
            if (asked.not_before <= now) ask(asked, head, prove);
            if (!asked.question) next = std::min(next, asked.not_before);
        }
        if (std::exchange(has_news_, false)) {
            auto cosigned = check_quorum(head);
            if (cosigned) return cosigned;
            lacking = std::move(cosigned).error();
        }
        if (now >= deadline) {
            return std::move(*lacking).as(Fault::Declined).context("waiting for witnesses");
        }
        wait(std::chrono::ceil<std::chrono::milliseconds>(next - now));
    }
}

void WitnessClient::poll() {
    wait(0ms);
}

void WitnessClient::ask(Asked& asked, const VerifiedCheckpoint& head,
                        const ProveConsistency& prove) {
    if (asked.cosigned > head.head().size) {
        const std::uint64_t more = std::exchange(asked.cosigned, 0);  // as it says: asked again
        return fail(asked, "has cosigned a tree of " + std::to_string(more) +
                               " entries, more than the log has");
    }
    auto proof = prove(asked.cosigned, head.head());
    if (!proof) return fail(asked, "no proof for it: " + proof.error().message());
    Request request;
    request.method = "POST";
    request.url = asked.witness.url;
    while (request.url.ends_with('/')) request.url.pop_back();
    request.url += kAddCheckpointPath;
    request.headers = {{"Content-Type", "text/plain"}};
    request.body =
        to_buffer(to_string(AddCheckpoint{asked.cosigned, *std::move(proof), head.note()}));
    request.max_body = kMaxWitnessAnswer;
    request.timeout = patience_.quorum;
    request.stall_timeout = patience_.quorum;
    request.max_redirects = 0;
    asked.question = Question{0, asked.cosigned, head.head().size, text_of(head)};
    asked.question->id = http_.start(std::move(request));
}

void WitnessClient::wait(std::chrono::milliseconds most) {
    for (const HttpClient::Finished& finished : http_.wait(most)) {
        for (Asked& asked : asked_) {
            if (!asked.question || asked.question->id != finished.id) continue;
            take(asked, finished.answer);
            break;
        }
    }
}

void WitnessClient::take(Asked& asked, const Result<Response>& answer) {
    const Question question = *std::exchange(asked.question, std::nullopt);
    if (!answer) return fail(asked, answer.error().message());
    if (answer->status == 200) return take_line(asked, question, *answer);
    if (answer->status == 409) return take_size(asked, question, *answer);
    fail(asked, "answered " + std::to_string(answer->status) + ": " + first_line(answer->body));
}

void WitnessClient::take_line(Asked& asked, const Question& question, const Response& answer) {
    auto line = find_line(question.text, answer.body, asked.witness.key);
    if (!line) return fail(asked, line.error().message());
    asked.cosigned = question.size;
    asked.corrections = 0;
    if (!std::exchange(asked.trouble, {}).empty() && tell_) {
        tell_("witness " + printable(asked.witness.name) + " cosigns again");
    }
    if (question.text != text_) return;  // by now there is a newer head
    asked.line = *std::move(line);
    has_news_ = true;
}

// Some say so when they have seen another tree of the same size. That cannot be mended by asking.
void WitnessClient::take_size(Asked& asked, const Question& question, const Response& answer) {
    const auto size = parse_tree_size(as_text(answer.body));
    if (!size) return fail(asked, "answered 409 without the size of a tree");
    if (*size == question.old_size || ++asked.corrections > kMaxCorrections) {
        return fail(asked, "answered 409 with a tree of " + std::to_string(*size) +
                               " entries, again after a proof from there");
    }
    asked.cosigned = *size;
}

void WitnessClient::fail(Asked& asked, const std::string& why) {
    asked.corrections = 0;
    asked.not_before = Clock::now() + patience_.pause;
    if (asked.trouble != why && tell_)
        tell_("witness " + printable(asked.witness.name) + ": " + why);
    asked.trouble = why;
}

Result<VerifiedCheckpoint> WitnessClient::check_quorum(const VerifiedCheckpoint& head) const {
    std::string note = head.note();
    for (const Asked& asked : asked_) {
        if (asked.line) note += to_string(*asked.line);
    }
    BOLTSEAL_TRY(VerifiedCheckpoint cosigned, check_checkpoint(as_bytes(note), log_));
    BOLTSEAL_CHECK(check_witnesses(cosigned, policy_));
    return cosigned;
}

}  // namespace boltseal
