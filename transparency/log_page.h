// The log as people look at it in a browser. Readable without scripts; with them the visitor's own
// browser verifies what it shows (transparency/page/verify.js). specs/log-page.md
#pragma once

#include "transparency/http_message.h"
#include "transparency/sequencer.h"
#include "transparency/workers.h"

#include <chrono>

namespace boltseal {

// For text and attributes. Lines stay lines; other control characters, and those that turn the
// direction of text, are shown as without_controls shows them.
std::string escape_html(std::string_view text);

// Safe from many threads. What it refers to must outlive it, and it every reply.
class LogPage {
public:
    LogPage(Sequencer& sequencer, NoteKey key, Workers& workers)
        : sequencer_(sequencer), key_(std::move(key)), workers_(workers) {}

    // "/", "/entry/<number>" and "/page/<file>", with GET and HEAD. False if it is none of these:
    // then somebody else has to answer.
    bool handle(const ApiRequest& request, const Reply& reply);

private:
    using Clock = std::chrono::steady_clock;
    ApiResponse front();
    ApiResponse entry(std::uint64_t index);
    std::string render_front(const VerifiedCheckpoint& checkpoint);
    std::string render_recent(const TreeHead& head);
    Result<std::vector<Buffer>> bundle(std::uint64_t number, const TreeHead& head);

    Sequencer& sequencer_;
    const NoteKey key_;
    Workers& workers_;

    // Guards what follows. Held while the front is made, once a second at most: whoever asks
    // meanwhile waits for that one.
    std::mutex mutex_;
    std::shared_ptr<const VerifiedCheckpoint> front_of_;  // shared with those who answer entries
    std::string front_;
    Clock::time_point front_made_{};
};

}  // namespace boltseal
