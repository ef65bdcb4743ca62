#include "transparency/commit_queue.h"

#include "tests/check.h"

#include <future>

using namespace boltseal;
using namespace std::chrono_literals;

namespace {

Submission submission_of(std::size_t entries) {
    Submission submission{{}, [](const Result<Sequenced>&) {}};
    submission.entries.resize(entries);
    return submission;
}

// Nothing that depends on time happens within a test: what waits, waits for a reason.
QueueLimits patient() {
    QueueLimits limits;
    limits.max_wait = 1h;
    limits.crowd_memory = 1h;
    return limits;
}

void push(CommitQueue& queue, std::size_t submissions, std::size_t entries = 1) {
    for (std::size_t i = 0; i < submissions; ++i) REQUIRE_OK(queue.push(submission_of(entries)));
}

// A crowd that came, was answered, and may come again.
void meet(CommitQueue& queue, std::size_t submissions) {
    push(queue, submissions);
    while (queue.waiting() != 0) queue.take();
    queue.answered(submissions);
}

// Taken in another thread, so that it can wait.
std::future<std::size_t> take(CommitQueue& queue) {
    return std::async(std::launch::async, [&queue] { return queue.take().size(); });
}

bool waits(const std::future<std::size_t>& taken) {
    return taken.wait_for(50ms) == std::future_status::timeout;
}

}  // namespace

TEST_CASE("who is alone is taken at once") {
    CommitQueue queue(patient());
    for (int i = 0; i < 3; ++i) {
        push(queue, 1);
        CHECK(queue.take().size() == 1);
        queue.answered(1);
    }
}

TEST_CASE("a batch waits until as many are under way as there were before") {
    CommitQueue queue(patient());
    meet(queue, 3);
    push(queue, 1);
    std::future<std::size_t> taken = take(queue);
    push(queue, 1);
    CHECK(waits(taken));
    push(queue, 1);
    CHECK(taken.get() == 3);
}

TEST_CASE("who has not been answered yet is not waited for") {
    CommitQueue queue(patient());
    meet(queue, 3);
    push(queue, 3);
    CHECK(queue.take().size() == 3);
    queue.answered(1);
    push(queue, 1);
    CHECK(queue.take().size() == 1);
}

TEST_CASE("a batch of a good size does not wait") {
    QueueLimits limits = patient();
    limits.good_batch = 10;
    CommitQueue queue(limits);
    meet(queue, 3);
    push(queue, 1, 9);
    std::future<std::size_t> taken = take(queue);
    CHECK(waits(taken));
    push(queue, 1, 1);
    CHECK(taken.get() == 2);
}

TEST_CASE("nobody waits longer than the longest wait") {
    QueueLimits limits = patient();
    limits.max_wait = 20ms;
    CommitQueue queue(limits);
    meet(queue, 2);
    const auto start = std::chrono::steady_clock::now();
    push(queue, 1);
    CHECK(queue.take().size() == 1);
    CHECK(std::chrono::steady_clock::now() - start >= limits.max_wait);
}

TEST_CASE("a crowd that has not come again is forgotten") {
    QueueLimits limits = patient();
    limits.crowd_memory = 0ms;
    CommitQueue queue(limits);
    meet(queue, 3);
    push(queue, 1);
    CHECK(queue.take().size() == 1);
}

TEST_CASE("what waits when a queue is closed does not wait for others") {
    CommitQueue queue(patient());
    meet(queue, 2);
    push(queue, 1);
    std::future<std::size_t> taken = take(queue);
    CHECK(waits(taken));
    queue.close();
    CHECK(taken.get() == 1);
    CHECK(queue.take().empty());
}

TEST_CASE("too many entries are declined") {
    QueueLimits limits;
    limits.max_entries = 4;
    CommitQueue queue(limits);
    push(queue, 2, 2);
    REQUIRE_REFUSED(queue.push(submission_of(1)), "too many entries are waiting");
}
