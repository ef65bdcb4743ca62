#include "transparency/log_api.h"

#include "transparency/log_answer.h"
#include "transparency/log_request.h"
#include "transparency/prover.h"

namespace boltseal {

namespace {

constexpr std::string_view kWritePath = "/api/v2/log/entries";
constexpr std::string_view kBatchPath = "/api/v1/entries";
constexpr std::string_view kRawPath = "/add";
constexpr std::string_view kReadPrefix = "/api/v2";
constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kWeek = "public, max-age=604800";  // a full tile will take its place

ApiResponse busy(std::string_view why) {
    ApiResponse response = error_response(503, why);
    response.retry_after = 1;
    return response;
}

// The client hears why its entry was refused, but not what went wrong inside.
ApiResponse refusal(const Error& error) {
    switch (error.fault()) {
        case Fault::Malformed:
        case Fault::Untrusted:
            return error_response(400, error.message());
        case Fault::Declined:
            return busy(error.message());
        default:
            return error_response(503, "the log does not take entries now");
    }
}

// The same, but for what somebody who looks on would not have.
ApiResponse refusal(const Error& error, const ApiRequest& request) {
    const bool forbidden = request.watch && request.watch->has_refused();
    return forbidden ? error_response(403, error.message()) : refusal(error);
}

void tell(const std::shared_ptr<WriteWatch>& watch, const std::vector<Place>& places) {
    if (watch) watch->on_placed(places);
}

bool is_read_method(const std::string& method) {
    return method == "GET" || method == "HEAD";
}

bool is_written_to(std::string_view path, RawEntries raw) {
    return path == kWritePath || path == kBatchPath ||
           (path == kRawPath && raw == RawEntries::Taken);
}

bool is_tile(std::string_view path) {
    if (path.starts_with(kReadPrefix)) path.remove_prefix(kReadPrefix.size());
    return path.starts_with("/tile/");
}

}  // namespace

void LogApi::post(const Reply& reply, std::function<void()> work) {
    auto guarded = [reply, work = std::move(work)] {
        try {
            work();
        } catch (const std::exception&) {  // out of memory, or a bug
            reply(error_response(500, "internal error"));
        }
    };
    if (!workers_.post(std::move(guarded))) reply(busy("too many requests are waiting"));
}

void LogApi::handle(ApiRequest request, Reply reply) {
    if (is_written_to(request.path, raw_)) {
        if (request.method != "POST") return reply(method_not_allowed("POST"));
        return route_write(std::move(request), reply);
    }
    if (!is_read_method(request.method)) {
        return reply(is_known(request.path) ? method_not_allowed("GET, HEAD")
                                            : error_response(404, "not found"));
    }
    if (!is_tile(request.path)) return reply(read(request.path));
    post(reply, [this, path = std::move(request.path), reply] { reply(read(path)); });
}

bool LogApi::is_known(std::string_view path) {
    return is_tile(path) ? find_tile(path).has_value() : read(path).status != 404;
}

void LogApi::route_write(ApiRequest request, const Reply& reply) {
    if (request.path == kRawPath) return add_raw(std::move(request), reply);
    auto asked = std::make_shared<const ApiRequest>(std::move(request));
    post(reply, [this, asked, reply] {
        asked->path == kBatchPath ? add_batch(*asked, reply) : add_entry(*asked, reply);
    });
}

void LogApi::add_entry(const ApiRequest& request, const Reply& reply) {
    auto admitted = admit(request.body, request.watch.get());
    if (!admitted) return reply(refusal(admitted.error(), request));
    const auto shared = std::make_shared<const Admitted>(*std::move(admitted));
    const auto answer = [this, shared, watch = request.watch, reply](const Sequenced& sequenced) {
        tell(watch, sequenced.places);
        const VerifiedCheckpoint& checkpoint = *sequenced.checkpoint;
        if (auto kept = keep({&shared->statement, 1}); !kept) return reply(refusal(kept.error()));
        const auto proof =
            sequencer_.log().prove_inclusion(sequenced.places.front().index, checkpoint.head());
        if (!proof) return reply(refusal(proof.error()));
        ApiResponse response;
        response.status = 201;  // also for one that was there: cosign takes nothing else
        response.content_type = "application/json";
        response.body = print_entry_answer(*proof, checkpoint, key_, shared->kind, shared->body);
        reply(std::move(response));
    };
    std::vector<Buffer> entries(1, shared->body);
    const auto taken =
        sequencer_.submit(std::move(entries), [this, answer, reply](Result<Sequenced> sequenced) {
            if (!sequenced) return reply(refusal(sequenced.error()));
            post(reply, [answer, got = *std::move(sequenced)] { answer(got); });
        });
    if (!taken) reply(refusal(taken.error()));
}

// Answered from the publisher's thread: there is nothing to compute.
void LogApi::add_raw(ApiRequest request, const Reply& reply) {
    std::vector<Buffer> entries;
    entries.push_back(std::move(request.body));
    const auto taken = sequencer_.submit(
        std::move(entries),
        [watch = std::move(request.watch), reply](const Result<Sequenced>& sequenced) {
            if (!sequenced) return reply(refusal(sequenced.error()));
            tell(watch, sequenced->places);
            reply(text_response(200, std::to_string(sequenced->places.front().index)));
        });
    if (!taken) reply(refusal(taken.error()));
}

void LogApi::add_batch(const ApiRequest& request, const Reply& reply) {
    if (request.content_type == "application/json") {
        auto admitted = admit_batch(request.body, request.watch.get());
        if (!admitted) return reply(refusal(admitted.error(), request));
        std::vector<Buffer> entries;
        std::vector<Buffer> statements;
        for (Admitted& one : *admitted) {
            entries.push_back(std::move(one.body));
            if (!one.statement.empty()) statements.push_back(std::move(one.statement));
        }
        return submit_batch(std::move(entries), std::move(statements), request.watch, reply);
    }
    if (request.content_type != "application/octet-stream" || raw_ == RawEntries::Refused) {
        return reply(error_response(415, "content type is not accepted"));
    }
    auto entries = parse_raw_batch(request.body);
    if (!entries) return reply(refusal(entries.error()));
    submit_batch(*std::move(entries), {}, request.watch, reply);
}

// Kept before the answer, so that what was answered is found. After an error of the disk the log
// takes nothing more, as everywhere.
Result<void> LogApi::keep(std::span<const Buffer> statements) {
    for (const Buffer& statement : statements) {
        if (!statements_ || statement.empty()) continue;
        auto kept = statements_->keep(statement);
        if (!kept) sequencer_.fail(kept.error());
        if (!kept) return kept;
    }
    return {};
}

void LogApi::submit_batch(std::vector<Buffer> entries, std::vector<Buffer> statements,
                          std::shared_ptr<WriteWatch> watch, const Reply& reply) {
    const auto answer = [this, watch = std::move(watch), statements = std::move(statements),
                         reply](const Sequenced& sequenced) {
        tell(watch, sequenced.places);
        if (auto kept = keep(statements); !kept) return reply(refusal(kept.error()));
        const std::vector<std::uint64_t> indexes = sorted_indexes(sequenced.places);
        const auto proof = sequencer_.log().prove_batch(indexes, sequenced.checkpoint->head());
        if (!proof) return reply(refusal(proof.error()));
        ApiResponse response;
        response.content_type = "application/json";
        response.body = print_batch_answer(sequenced, *proof);
        reply(std::move(response));
    };
    const auto taken =
        sequencer_.submit(std::move(entries), [this, answer, reply](Result<Sequenced> sequenced) {
            if (!sequenced) return reply(refusal(sequenced.error()));
            post(reply, [answer, got = *std::move(sequenced)] { answer(got); });
        });
    if (!taken) reply(refusal(taken.error()));
}

ApiResponse LogApi::read(std::string_view path) {
    if (path == "/healthz") return text_response(200, "ok\n");
    if (path == "/readyz") return ready();
    const auto tile = find_tile(path);
    if (tile) return read_tile(*tile);
    if (path.starts_with(kReadPrefix)) path.remove_prefix(kReadPrefix.size());
    if (path == "/checkpoint") {
        ApiResponse response = text_response(200, sequencer_.published()->note());
        response.cache_control = "no-cache";
        return response;
    }
    return error_response(404, "not found");
}

// Nothing that the published checkpoint does not cover.
std::optional<Tile> LogApi::find_tile(std::string_view path) const {
    if (path.starts_with(kReadPrefix)) path.remove_prefix(kReadPrefix.size());
    if (!path.starts_with("/tile/")) return std::nullopt;
    const auto tile = parse_tile_path(path.substr(1));
    if (!tile || !is_covered(*tile, sequencer_.published()->head().size)) return std::nullopt;
    return *tile;
}

ApiResponse LogApi::ready() const {
    const auto taking = sequencer_.check_taking();
    if (taking) return text_response(200, "ok\n");
    if (taking.error().fault() == Fault::Declined) {
        return text_response(503, taking.error().message() + "\n");
    }
    return text_response(503, "stopped after a failure: takes no entries until it is restarted\n");
}

ApiResponse LogApi::read_tile(const Tile& tile) {
    auto bytes = sequencer_.log().get(tile);
    if (!bytes && bytes.error().fault() == Fault::Missing) return error_response(404, "not found");
    if (!bytes) return error_response(500, "the tile cannot be read");

    ApiResponse response;
    response.content_type = kBinary;
    response.cache_control = tile.is_full() ? kForever : kWeek;
    response.body = as_text(*bytes);
    return response;
}

}  // namespace boltseal
