#include "registry-client/blob_journal.h"

#include "core/encoding.h"
#include "core/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace boltseal {

namespace {

constexpr std::string_view kJournalMagic = "boltseal journal 1\n";
constexpr std::size_t kMaxJournal = std::size_t{64} << 20;
constexpr int kReadFile = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
constexpr std::size_t kCheck = 8;  // bytes of SHA-256 at the end of a record

enum Kind : std::uint8_t {
    Wrote = 1,
    Lost = 2,
    Hashed = 3,
    Synced = 4,
    Proved = 5,
    Mark = 6,
    Chained = 7
};

std::array<std::uint8_t, 32> check_of(const BlobDigest& seed, Bytes body) {
    return sha256({seed.bytes(), body});
}

void finish_record(Writer& writer, const BlobDigest& seed, Bytes body) {
    writer.put(body).put(Bytes(check_of(seed, body)).first(kCheck));
}

Buffer extent_body(Kind kind, Extent extent) {
    Writer body;
    body.u8(kind).u64(extent.from).u64(extent.to);
    return std::move(body).take();
}

Buffer hashed_body(const Sha256State::Saved& saved) {
    Writer body;
    body.u8(Hashed).u64(saved.size).put(saved.value);
    return std::move(body).take();
}

Buffer header_of(const JournalSubject& subject, const BootId& boot) {
    Writer body;
    body.put(kJournalMagic).put(to_string(subject.digest)).u8('\n');
    body.u64(subject.size).u64(subject.inode).put(boot);
    return std::move(body).take();
}

std::size_t body_size(std::uint8_t kind) {
    switch (kind) {
        case Wrote:
        case Lost:
        case Proved:
        case Chained:
            return 17;
        case Hashed:
            return 41;
        case Synced:
        case Mark:
            return 1;
        default:
            return 0;
    }
}

// One record from the front, or nothing if what is there is none.
std::optional<Bytes> take_record(Reader& reader, const BlobDigest& seed) {
    if (reader.empty()) return std::nullopt;
    const std::size_t size = body_size(reader.rest().front());
    if (size == 0) return std::nullopt;
    const auto record = reader.take(size + kCheck);
    if (!record) return std::nullopt;
    const Bytes body = record->first(size);
    if (!equal(record->subspan(size), Bytes(check_of(seed, body)).first(kCheck))) {
        return std::nullopt;
    }
    return body;
}

// False if the record makes no sense for a blob of that size.
bool apply(Bytes body, std::uint64_t blob_size, JournalContent& content) {
    Reader reader(body);
    const std::uint8_t kind = reader.u8().value();
    if (kind == Synced || kind == Mark) return true;
    const std::uint64_t first = reader.u64().value();
    if (kind == Hashed) {
        if (first > content.have.end_of_prefix() || first % 64 != 0) return false;
        Sha256State::Saved saved;
        saved.size = first;
        std::copy(reader.rest().begin(), reader.rest().end(), saved.value.begin());
        content.hashed = saved;
        return true;
    }
    const Extent extent{first, reader.u64().value()};
    if (extent.empty() || extent.to > blob_size) return false;
    if (kind == Wrote) {
        content.have.add(extent);
        return true;
    }
    if (kind == Proved || kind == Chained) {
        if (!content.have.covers(extent)) return false;
        content.proved.add(extent);
        if (kind == Chained) content.chained.add(extent);
        return true;
    }
    content.have.remove(extent);
    content.proved.remove(extent);
    content.chained.remove(extent);
    if (content.hashed && content.hashed->size > extent.from) content.hashed.reset();
    return true;
}

}  // namespace

BootId read_boot_id() {
    BootId out{};
    const auto text = read_file("/proc/sys/kernel/random/boot_id", 64);
    if (!text) return out;
    std::string digits(as_text(*text));
    std::erase_if(digits, [](char c) { return c == '-' || c == '\n'; });
    const auto bytes = parse_hex(digits);
    if (bytes && bytes->size() == out.size()) std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

Result<JournalContent> parse_journal(Bytes text, const JournalSubject& subject,
                                     const BootId& boot) {
    if (text.size() > kMaxJournal) return Error(Fault::Malformed, "journal is larger than 64 MiB");
    const std::size_t size = header_of(subject, boot).size();
    Reader reader(text);
    const auto head = reader.take(size);
    if (!head) return Error(Fault::Malformed, "journal is cut off");
    BootId written{};
    const Bytes tail = head->last(written.size());
    std::copy(tail.begin(), tail.end(), written.begin());
    if (!equal(*head, header_of(subject, written))) {
        return Error(Fault::Malformed, "journal is about something else");
    }
    const bool same_boot = written == boot && boot != BootId{};
    const BlobDigest seed = digest_of(*head);
    JournalContent content;
    content.used = size;
    JournalContent marked = content;
    JournalContent durable = content;
    while (const auto body = take_record(reader, seed)) {
        if (!apply(*body, subject.size, content)) break;
        content.used += body->size() + kCheck;
        if (body->front() == Mark) marked = content;
        if (body->front() == Synced) durable = marked;
    }
    return same_boot ? content : durable;
}

// Written anew with what is known, so that it does not grow from run to run.
Result<void> BlobJournal::begin(int folder, const std::string& name, const Buffer& head) {
    const std::string fresh = name + ".new";
    file_ = OpenFile(::openat(folder, fresh.c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file_.is_open()) return file_error("create a journal");
    seed_ = digest_of(head);
    Writer records;
    records.put(head);
    for (const Extent& extent : content_.have.list()) {
        finish_record(records, seed_, extent_body(Wrote, extent));
    }
    for (const Extent& extent : content_.proved.list()) {
        finish_record(records, seed_, extent_body(Proved, extent));
    }
    for (const Extent& extent : content_.chained.list()) {
        finish_record(records, seed_, extent_body(Chained, extent));
    }
    if (content_.hashed) finish_record(records, seed_, hashed_body(*content_.hashed));
    BOLTSEAL_CHECK(append(records.bytes()));
    if (content_.have.size() > 0 && ::fdatasync(file_.get()) != 0) {
        return file_error("sync a journal");
    }
    if (::renameat(folder, fresh.c_str(), folder, name.c_str()) != 0) {
        return file_error("place a journal");
    }
    return {};
}

Result<BlobJournal> BlobJournal::open(int folder, const std::string& name,
                                      const JournalSubject& subject, const BootId& boot,
                                      Proofs proofs) {
    BlobJournal out;
    const OpenFile old(::openat(folder, name.c_str(), kReadFile));
    if (old.is_open()) {
        const auto text = read_descriptor(old.get(), "journal", kMaxJournal);
        auto content =
            text ? parse_journal(*text, subject, boot) : Result<JournalContent>(text.error());
        if (content) out.content_ = *std::move(content);
        if (!content) out.dropped_ = content.error().message();
    }
    if (proofs == Proofs::Drop) {
        out.content_.proved = ExtentSet();
        out.content_.chained = ExtentSet();
        out.content_.hashed.reset();
    }
    BOLTSEAL_CHECK(out.begin(folder, name, header_of(subject, boot)));
    return out;
}

Result<void> BlobJournal::append(Bytes records) {
    while (!records.empty()) {
        const ssize_t n = ::write(file_.get(), records.data(), records.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error("write a journal");
        records = records.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> BlobJournal::record(const Buffer& body) {
    Writer writer;
    finish_record(writer, seed_, body);
    return append(writer.bytes());
}

Result<void> BlobJournal::wrote(Extent extent) {
    return record(extent_body(Wrote, extent));
}

Result<void> BlobJournal::proved(Extent extent) {
    return record(extent_body(Proved, extent));
}

Result<void> BlobJournal::chained(Extent extent) {
    return record(extent_body(Chained, extent));
}

Result<void> BlobJournal::lost(Extent extent) {
    return record(extent_body(Lost, extent));
}

Result<void> BlobJournal::hashed_to(const Sha256State::Saved& saved) {
    return record(hashed_body(saved));
}

Result<void> BlobJournal::mark() {
    return record({Mark});
}

Result<void> BlobJournal::synced() {
    BOLTSEAL_CHECK(record({Synced}));
    if (::fdatasync(file_.get()) != 0) return file_error("sync a journal");
    return {};
}

}  // namespace boltseal
