#include "cli/batch.h"

#include "cli/artifact.h"
#include "cli/clock.h"
#include "cli/exit_code.h"
#include "cli/in_order.h"
#include "cli/verdict.h"
#include "core/file.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxList = std::size_t{64} << 20;

Error bad_line(std::size_t number, const char* why) {
    return Error(Fault::Config, "line " + std::to_string(number) + " " + why);
}

Result<BatchLine> parse_line(std::string_view line, std::size_t number) {
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
        return bad_line(number, "has a character that no name of a file should have");
    }
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos) {
        return bad_line(number, "is not an artifact, a tab and a bundle");
    }
    BatchLine parsed{std::string(line.substr(0, tab)), line.substr(tab + 1)};
    if (parsed.artifact.empty()) return bad_line(number, "names no artifact");
    if (parsed.bundle.empty()) return bad_line(number, "names no bundle");
    return parsed;
}

Result<std::vector<BatchLine>> load_batch(const std::string& list) {
    auto bytes = list == "-" ? read_descriptor(STDIN_FILENO, "standard input", kMaxList)
                             : read_file(list, kMaxList);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    auto lines = parse_batch(as_text(*bytes));
    if (lines) return lines;
    return std::move(lines).error().context("batch '" + list + "'");
}

// What is said of one line.
struct BatchOutcome {
    ExitCode code = ExitCode::Ok;
    std::string text;
};

Judgement judge(const std::filesystem::path& bundle, const Artifact& artifact,
                const Policy& policy) {
    Search search(artifact, policy, now(), KeepEvidence::No);
    search.consider(load_candidate(bundle));
    return search.conclude();
}

BatchOutcome verify_line(const BatchLine& line, const Policy& policy, bool json) {
    const auto loaded = load_artifact(line.artifact);
    VerdictSubject subject{"file", line.artifact};
    if (loaded) subject.digest = loaded->artifact.digest;
    const Judgement judgement = loaded ? judge(line.bundle, loaded->artifact, policy)
                                       : Judgement{loaded.error(), {{}, "artifact"}, std::nullopt};
    const auto& verified = judgement.verified;
    const ExitCode code = verified ? ExitCode::Ok : exit_code_for(verified.error().fault());
    if (json) return {code, to_json(to_json(subject, judgement))};
    const std::string_view word = verified ? "verified" : verdict_of(verified.error().fault());
    return {code, std::string(word) + "\t" + line.artifact + "\t" +
                      (verified ? to_string(verified->artifact) : verified.error().message())};
}

// How many lines came to what, and how fast.
class Tally {
public:
    void add(ExitCode code) { ++counts_[code]; }

    std::string summary() const {
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start_;
        std::size_t all = 0;
        std::string text;
        for (const auto& [code, count] : counts_) {
            all += count;
            text += ", " + std::to_string(count) + " " + name_of(code);
        }
        const double rate = static_cast<double>(all) / std::max(time.count(), 1e-6);
        return std::to_string(all) + (all == 1 ? " line" : " lines") + text + ", " +
               std::to_string(static_cast<std::uint64_t>(rate)) + "/s";
    }

    // Of what asks most of whoever reads the exit status; nothing if all are verified.
    std::optional<Fault> worst() const {
        for (const Fault fault : kWorstFirst) {
            if (counts_.contains(exit_code_for(fault))) return fault;
        }
        return std::nullopt;
    }

private:
    static constexpr Fault kWorstFirst[] = {Fault::Integrity, Fault::Config, Fault::Untrusted,
                                            Fault::Io};

    static std::string name_of(ExitCode code) {
        for (const Fault fault : kWorstFirst) {
            if (exit_code_for(fault) == code) return std::string(verdict_of(fault));
        }
        return "verified";
    }

    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::map<ExitCode, std::size_t> counts_;
};

// On a terminal, unless the verdicts themselves run over it.
class Ticker {
public:
    Ticker(std::ostream& err, std::size_t total)
        : err_(err), total_(total), shown_(::isatty(STDERR_FILENO) && !::isatty(STDOUT_FILENO)) {}
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker() {
        if (shown_) err_ << "\r\x1B[K" << std::flush;
    }

    void show(std::size_t done) {
        const auto time = std::chrono::steady_clock::now();
        if (!shown_ || time - last_ < std::chrono::milliseconds(100)) return;
        last_ = time;
        err_ << '\r' << done << " of " << total_ << "\x1B[K" << std::flush;
    }

private:
    std::ostream& err_;
    const std::size_t total_;
    const bool shown_;
    std::chrono::steady_clock::time_point last_{};
};

std::size_t threads_for(const BatchOptions& options, std::size_t lines) {
    const std::size_t wanted =
        options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    return std::min(wanted, lines);
}

}  // namespace

Result<std::vector<BatchLine>> parse_batch(std::string_view list) {
    std::vector<BatchLine> lines;
    while (!list.empty()) {
        const std::size_t end = list.find('\n');
        if (end == std::string_view::npos) return bad_line(lines.size() + 1, "has no end");
        BOLTSEAL_TRY(BatchLine line, parse_line(list.substr(0, end), lines.size() + 1));
        lines.push_back(std::move(line));
        list.remove_prefix(end + 1);
    }
    if (lines.empty()) return Error(Fault::Config, "has no lines");
    return lines;
}

Result<void> verify_batch(const BatchOptions& options, const Policy& policy, Streams streams) {
    BOLTSEAL_TRY(const std::vector<BatchLine> lines, load_batch(options.list));
    Tally tally;
    {
        InOrder<BatchOutcome> outcomes(
            lines.size(), threads_for(options, lines.size()),
            [&](std::size_t i) { return verify_line(lines[i], policy, options.json); });
        Ticker ticker(streams.err, lines.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const BatchOutcome outcome = outcomes.take();
            tally.add(outcome.code);
            streams.out << outcome.text << '\n' << std::flush;
            if (!streams.out) return Error(Fault::Io, "cannot write to standard output");
            ticker.show(i + 1);
        }
    }
    streams.err << tally.summary() << '\n';
    const auto worst = tally.worst();
    if (!worst) return {};
    return Error(*worst, "not every line of '" + options.list + "' is verified");
}

}  // namespace boltseal
