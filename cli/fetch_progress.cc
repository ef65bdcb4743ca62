#include "cli/fetch_progress.h"

#include "cli/progress.h"
#include "core/json.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>

namespace boltseal {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFetchBar = 24;
constexpr std::size_t kBars = 8;  // of blobs under way; the others are in the total

std::string bar(std::uint64_t done, std::uint64_t total) {
    const std::size_t filled =
        total == 0 ? kFetchBar : static_cast<std::size_t>(done * kFetchBar / total);
    return "[" + std::string(filled, '=') + std::string(kFetchBar - filled, ' ') + "] ";
}

std::string counted(std::uint64_t count, const std::string& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string rate_text(double rate) {
    return human_size(static_cast<std::uint64_t>(rate)) + "/s";
}

Json to_json_value(const FetchProgress& progress) {
    Json::Array blobs;
    for (const BlobProgress& blob : progress.blobs) {
        blobs.push_back(Json::object(
            {{"digest", to_string(blob.digest)}, {"size", blob.size}, {"done", blob.done}}));
    }
    return Json::object({{"event", "progress"},
                         {"done", progress.done},
                         {"total", progress.total},
                         {"bytesPerSecond", static_cast<std::uint64_t>(progress.goodput)},
                         {"connections", std::uint64_t{progress.connections}},
                         {"retries", progress.retries},
                         {"refetched", progress.refetched},
                         {"blobs", std::move(blobs)}});
}

Json to_json_value(const Incident& incident) {
    return Json::object({{"event", incident.is_local ? "damaged" : "retry"},
                         {"source", incident.source},
                         {"blob", to_string(incident.blob)},
                         {"trouble", to_string(incident.trouble)},
                         {"why", incident.why}});
}

// What lay on this machine, in all and by place.
std::string here_text(const FetchReport& report) {
    std::uint64_t here = 0;
    for (const ShelfReport& shelf : report.shelves) here += shelf.bytes;
    if (here == 0) return {};
    const std::uint64_t total = report.bytes - report.refetched + report.reused + here;
    return ", " + human_size(here) + " of " + human_size(total) + " were here already";
}

std::string shelf_text(const ShelfReport& shelf) {
    std::string out = "  " + shelf.name + ": " + human_size(shelf.bytes);
    if (shelf.chunks > 0) out += ", " + counted(shelf.chunks, "chunk");
    return out + "\n";
}

}  // namespace

std::string progress_line(const FetchProgress& progress) {
    std::string out = human_size(progress.done) + " of " + human_size(progress.total) + ", " +
                      rate_text(progress.goodput);
    const std::uint64_t left = progress.total - std::min(progress.done, progress.total);
    if (progress.goodput >= 1 && left > 0) {
        const double seconds = static_cast<double>(left) / progress.goodput;
        if (seconds < 1e6) {
            out += ", " + std::to_string(static_cast<std::uint64_t>(seconds)) + " s left";
        }
    }
    out += ", " + counted(progress.connections, "connection");
    if (progress.retries > 0) {
        out += ", " + std::to_string(progress.retries) +
               (progress.retries == 1 ? " retry" : " retries");
    }
    if (progress.refetched > 0) out += ", " + human_size(progress.refetched) + " fetched again";
    if (progress.waiting > 0ms) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(progress.waiting).count();
        out += ", asked to wait " + std::to_string(seconds) + " s";
    }
    return out;
}

Json to_json_value(const std::vector<ShelfReport>& shelves) {
    Json::Array out;
    for (const ShelfReport& shelf : shelves) {
        out.push_back(
            Json::object({{"name", shelf.name}, {"bytes", shelf.bytes}, {"chunks", shelf.chunks}}));
    }
    return Json(std::move(out));
}

std::string summary_text(const FetchReport& report, double seconds) {
    std::string out = "fetched " + human_size(report.bytes) + " in " +
                      std::to_string(static_cast<std::uint64_t>(seconds + 0.5)) + " s";
    if (seconds >= 0.1) out += " (" + rate_text(static_cast<double>(report.bytes) / seconds) + ")";
    if (report.reused > 0) out += ", " + human_size(report.reused) + " were there";
    out += here_text(report);
    if (report.refetched > 0) out += ", " + human_size(report.refetched) + " fetched again";
    out += "\n";
    for (const ShelfReport& shelf : report.shelves) {
        if (shelf.bytes > 0) out += shelf_text(shelf);
    }
    for (const SourceReport& source : report.sources) {
        if (source.troubles.empty()) continue;
        std::string line = "  " + source.name + ": " + human_size(source.bytes);
        for (const auto& [trouble, count] : source.troubles) {
            line += ", " + std::string(to_string(trouble)) + " " + counted(count, "time");
        }
        out += line + "\n";
    }
    return out;
}

FetchPrinter::FetchPrinter(std::ostream& err, ProgressForm form)
    : err_(err), form_(form), terminal_(::isatty(STDERR_FILENO) == 1) {}

FetchPrinter::~FetchPrinter() {
    wipe();
}

void FetchPrinter::wipe() {
    for (; lines_ > 0; --lines_) err_ << "\x1B[A\x1B[K";
    if (terminal_) err_ << "\r\x1B[K" << std::flush;
}

void FetchPrinter::draw(const FetchProgress& progress) {
    wipe();
    std::size_t bars = 0;
    for (const BlobProgress& blob : progress.blobs) {
        if (blob.done == blob.size || blob.done == 0 || bars == kBars) continue;
        err_ << bar(blob.done, blob.size) << blob.digest.hex().substr(0, 12) << ' '
             << human_size(blob.done) << " of " << human_size(blob.size) << '\n';
        ++bars;
    }
    err_ << bar(progress.done, progress.total) << progress_line(progress) << '\n' << std::flush;
    lines_ = bars + 1;
}

void FetchPrinter::on_progress(const FetchProgress& progress) {
    if (form_ == ProgressForm::Json) {
        err_ << to_json(to_json_value(progress)) << std::endl;
        return;
    }
    if (terminal_) return draw(progress);
    const auto time = Clock::now();
    if (time - shown_ < 5s) return;
    shown_ = time;
    err_ << progress_line(progress) << std::endl;
}

// Retries are counted; that somebody sent wrong bytes is said at once.
void FetchPrinter::on_incident(const Incident& incident) {
    if (form_ == ProgressForm::Json) {
        err_ << to_json(to_json_value(incident)) << std::endl;
        return;
    }
    if (incident.trouble != Trouble::Damaged) return;
    wipe();
    err_ << incident.source << (incident.is_local ? " has" : " sent") << " damaged bytes: blob '"
         << to_string(incident.blob) << "': " << incident.why << std::endl;
}

void FetchPrinter::summary(const FetchReport& report) {
    wipe();
    if (form_ == ProgressForm::Json) return;
    err_ << summary_text(report, std::chrono::duration<double>(Clock::now() - start_).count());
}

}  // namespace boltseal
