#include "tests/support/disk_trace.h"

#include "core/digest.h"
#include "tests/check.h"
#include "tests/support/file_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace boltseal::test {

namespace fs = std::filesystem;

namespace {

using Operation = Disk::Operation;
using Kind = Operation::Kind;

Operation operation_of(Kind kind, Disk::Id id = Disk::kRoot) {
    Operation operation;
    operation.kind = kind;
    operation.id = id;
    return operation;
}

constexpr Disk::Id kNothing = UINT32_MAX;
constexpr std::size_t kSector = 512;
constexpr std::size_t kNewest = 12;  // of what is not durable, what is lost or kept alone

class Recorder {
public:
    explicit Recorder(fs::path folder) : folder_(std::move(folder)) {
        for (auto it = fs::recursive_directory_iterator(folder_); it != fs::end(it); ++it) {
            named(it->path(), it->is_directory());
            if (it->is_directory()) continue;
            std::ifstream file(it->path(), std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(file)), {});
            Operation write = operation_of(Kind::Write, now_.find(relative(it->path())));
            write.bytes = to_buffer(bytes);
            record(std::move(write));
        }
        trace_.operations.clear();
        trace_.begin = now_;
    }

    DiskTrace take() { return std::move(trace_); }
    void mark() { record(operation_of(Kind::Mark)); }
    std::size_t count() const { return trace_.operations.size(); }

    void happened(const FileCall& call, long result, ::off_t at) {
        switch (call.operation) {
            case FileOperation::Open:
                return opened(call, static_cast<int>(result));
            case FileOperation::Close:
                open_.erase(call.fd);
                return;
            case FileOperation::Write:
            case FileOperation::WriteAt:
                return wrote(call, static_cast<std::size_t>(result), at);
            case FileOperation::Allocate:
                return resized(call.fd, static_cast<std::uint64_t>(call.offset) + call.size);
            case FileOperation::Rename:
                if (is_ours(call.path)) moved(call.path, call.to);
                return;
            case FileOperation::Link:
                if (is_ours(call.path)) named(call.to, false, now_.find(relative(call.path)));
                return;
            case FileOperation::Unlink:
                if (is_ours(call.path)) unnamed(call.path);
                return;
            case FileOperation::MakeFolder:
                if (is_ours(call.path)) named(call.path, true);
                return;
            default:
                return;
        }
    }

    void synced(const FileCall& call, std::size_t begin) {
        const auto file = open_.find(call.fd);
        if (file == open_.end()) return;
        const bool all = call.operation == FileOperation::SyncAll;
        Operation sync = operation_of(all ? Kind::SyncAll : Kind::Sync, file->second);
        sync.begin = begin;
        record(std::move(sync));
    }

private:
    bool is_ours(const char* path) const {
        return std::string_view(path).starts_with(folder_.string());
    }
    fs::path relative(const fs::path& path) const { return path.lexically_relative(folder_); }
    Disk::Id folder_of(const fs::path& path) const {
        return now_.find(relative(path.parent_path()));
    }

    void record(Operation operation) {
        now_.apply(operation);
        trace_.operations.push_back(std::move(operation));
    }

    void named(const fs::path& path, bool is_folder, Disk::Id id = kNothing) {
        Operation name = operation_of(Kind::Name, id == kNothing ? next_++ : id);
        name.folder = folder_of(path);
        name.name = path.filename();
        name.is_folder = is_folder;
        record(std::move(name));
    }

    void moved(const fs::path& from, const fs::path& to) {
        Operation move = operation_of(Kind::Move, now_.find(relative(from)));
        move.folder = folder_of(from);
        move.name = from.filename();
        move.to_folder = folder_of(to);
        move.to_name = to.filename();
        record(std::move(move));
    }

    void unnamed(const fs::path& path) {
        Operation operation = operation_of(Kind::Unname);
        operation.folder = folder_of(path);
        operation.name = path.filename();
        record(std::move(operation));
    }

    void resized(int fd, std::uint64_t size) {
        const auto file = open_.find(fd);
        if (file == open_.end()) return;
        Operation operation = operation_of(Kind::Resize, file->second);
        operation.offset = size;
        record(std::move(operation));
    }

    void opened(const FileCall& call, int fd) {
        if (!is_ours(call.path)) return;
        if (now_.find(relative(call.path)) == kNothing) named(call.path, false);
        open_[fd] = now_.find(relative(call.path));
        if ((call.flags & O_TRUNC) != 0) resized(fd, 0);
    }

    void wrote(const FileCall& call, std::size_t size, ::off_t at) {
        const auto file = open_.find(call.fd);
        if (file == open_.end()) return;
        const auto* const bytes = static_cast<const std::uint8_t*>(call.bytes);
        Operation write = operation_of(Kind::Write, file->second);
        write.offset = static_cast<std::uint64_t>(at);
        write.bytes = Buffer(bytes, bytes + size);
        record(std::move(write));
    }

    const fs::path folder_;
    Disk now_;
    DiskTrace trace_;
    Disk::Id next_ = Disk::kRoot + 1;
    std::map<int, Disk::Id> open_;
};

// Guards the recorder: calls are made one after the other while it looks on, but for syncs.
std::mutex recording;
std::unique_ptr<Recorder> recorder;

bool is_sync(FileOperation operation) {
    return operation == FileOperation::Sync || operation == FileOperation::SyncData ||
           operation == FileOperation::SyncAll;
}

bool covers(const Operation& sync, const Operation& operation) {
    if (sync.kind == Kind::SyncAll) return true;
    switch (operation.kind) {
        case Kind::Write:
        case Kind::Resize:
            return operation.id == sync.id;
        case Kind::Name:
        case Kind::Unname:
            return operation.folder == sync.id;
        case Kind::Move:
            return operation.to_folder == sync.id;
        default:
            return false;
    }
}

bool is_of_names(const Operation& operation) {
    return operation.kind == Kind::Name || operation.kind == Kind::Move ||
           operation.kind == Kind::Unname;
}

bool is_change(const Operation& operation) {
    return is_of_names(operation) || operation.kind == Kind::Write ||
           operation.kind == Kind::Resize;
}

// One crash: what is durable then, and what may be there or not.
class Crash {
public:
    Crash(const DiskTrace& trace, std::size_t count) : trace_(trace), fate_(count) {
        for (std::size_t i = 0; i < count; ++i) {
            const Operation& operation = trace.operations[i];
            marks_ += operation.kind == Kind::Mark ? 1 : 0;
            const bool is_sync = operation.kind == Kind::Sync || operation.kind == Kind::SyncAll;
            for (std::size_t k = 0; is_sync && k < operation.begin; ++k) {
                if (covers(operation, trace.operations[k])) fate_[k].durable = true;
            }
        }
        // A name that is durable takes those before it along.
        std::size_t last = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (fate_[i].durable && is_of_names(trace.operations[i])) last = i;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (i < last && is_of_names(trace.operations[i])) fate_[i].durable = true;
            if (!fate_[i].durable && is_change(trace.operations[i])) open_.push_back(i);
        }
    }

    std::size_t marks() const { return marks_; }
    const std::vector<std::size_t>& undecided() const { return open_; }

    struct Part {  // of the bytes of a write
        std::size_t from = 0;
        std::size_t to = SIZE_MAX;
    };
    using Choice = std::function<std::vector<Part>(std::size_t number)>;  // none: it is lost

    Disk disk(const Choice& choose) const {
        Disk out = trace_.begin;
        bool names_end = false;
        for (std::size_t i = 0; i < fate_.size(); ++i) {
            const Operation& operation = trace_.operations[i];
            if (!is_change(operation)) continue;
            const auto parts = fate_[i].durable ? std::vector<Part>{{}} : choose(i);
            if (is_of_names(operation)) {
                names_end = names_end || parts.empty();
                if (names_end) continue;
            }
            for (const Part& part : parts) out.apply(operation, part.from, part.to);
        }
        return out;
    }

private:
    struct Fate {
        bool durable = false;
    };
    const DiskTrace& trace_;
    std::vector<Fate> fate_;
    std::vector<std::size_t> open_;
    std::size_t marks_ = 0;
};

using Part = Crash::Part;
const std::vector<Part> kAll{{}};

// A write that was under way: any of its sectors.
std::vector<Part> torn(const Operation& operation, std::mt19937& random) {
    std::vector<Part> out;
    const std::size_t size = operation.bytes.size();
    for (std::size_t from = 0; from < size;) {
        const std::size_t in_sector = (operation.offset + from) % kSector;
        const std::size_t to = std::min(size, from + kSector - in_sector);
        if (random() % 2 == 0) out.push_back({from, to});
        from = to;
    }
    return out;
}

std::vector<Crash::Choice> choices(const DiskTrace& trace, const Crash& crash,
                                   std::mt19937& random) {
    std::vector<Crash::Choice> out;
    out.emplace_back([](std::size_t) { return std::vector<Part>(); });
    out.emplace_back([](std::size_t) { return kAll; });
    const auto& open = crash.undecided();
    const std::size_t first = open.size() > kNewest ? open.size() - kNewest : 0;
    for (std::size_t i = first; i < open.size(); ++i) {
        const std::size_t one = open[i];
        out.emplace_back([one](std::size_t n) { return n == one ? std::vector<Part>() : kAll; });
        out.emplace_back([one](std::size_t n) { return n == one ? kAll : std::vector<Part>(); });
        if (trace.operations[one].kind != Kind::Write) continue;
        const auto parts = torn(trace.operations[one], random);
        out.emplace_back([one, parts](std::size_t n) { return n == one ? parts : kAll; });
    }
    for (int i = 0; i < 4; ++i) {
        std::map<std::size_t, std::vector<Part>> parts;
        for (const std::size_t n : open) {
            const bool is_write = trace.operations[n].kind == Kind::Write;
            if (is_write) parts[n] = torn(trace.operations[n], random);
            if (!is_write && random() % 4 != 0) parts[n] = kAll;
        }
        out.emplace_back([parts](std::size_t n) {
            return parts.contains(n) ? parts.at(n) : std::vector<Part>();
        });
    }
    return out;
}

}  // namespace

void Disk::apply(const Operation& operation, std::size_t from, std::size_t to) {
    switch (operation.kind) {
        case Kind::Write: {
            Buffer& bytes = nodes_[operation.id].bytes;
            to = std::min(to, operation.bytes.size());
            if (bytes.size() < operation.offset + to) bytes.resize(operation.offset + to);
            const auto begin = operation.bytes.begin();
            std::copy(begin + static_cast<std::ptrdiff_t>(from),
                      begin + static_cast<std::ptrdiff_t>(to),
                      bytes.begin() + static_cast<std::ptrdiff_t>(operation.offset + from));
            return;
        }
        case Kind::Resize: {
            Buffer& bytes = nodes_[operation.id].bytes;
            if (operation.offset == 0 || bytes.size() < operation.offset) {
                bytes.resize(operation.offset);
            }
            return;
        }
        case Kind::Name:
            nodes_[operation.id].is_folder = operation.is_folder;
            nodes_[operation.folder].names[operation.name] = operation.id;
            return;
        case Kind::Move:
            nodes_[operation.folder].names.erase(operation.name);
            nodes_[operation.to_folder].names[operation.to_name] = operation.id;
            return;
        case Kind::Unname:
            nodes_[operation.folder].names.erase(operation.name);
            return;
        default:
            return;
    }
}

Disk::Id Disk::find(const fs::path& path) const {
    Id id = kRoot;
    for (const fs::path& part : path) {
        if (part == ".") continue;
        const auto& names = nodes_.at(id).names;
        const auto next = names.find(part);
        if (next == names.end()) return kNothing;
        id = next->second;
    }
    return id;
}

void Disk::walk(Id folder, const fs::path& path,
                const std::function<void(const fs::path&, const Node&)>& see) const {
    for (const auto& [name, id] : nodes_.at(folder).names) {
        const Node& node = nodes_.at(id);
        see(path / name, node);
        if (node.is_folder) walk(id, path / name, see);
    }
}

void Disk::save(const fs::path& folder) const {
    fs::remove_all(folder);
    fs::create_directory(folder);
    walk(kRoot, folder, [](const fs::path& path, const Node& node) {
        if (node.is_folder) {
            fs::create_directory(path);
            return;
        }
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(node.bytes.data()),
                   static_cast<std::streamsize>(node.bytes.size()));
        REQUIRE(file.flush());
    });
}

std::string Disk::fingerprint() const {
    Hasher hasher(HashAlgorithm::Sha256);
    walk(kRoot, "", [&](const fs::path& path, const Node& node) {
        hasher.update(as_bytes(path.string() + '\0' + std::to_string(node.bytes.size()) + '\0'));
        hasher.update(node.bytes);
    });
    return to_string(std::move(hasher).finish());
}

void begin_disk_trace(const fs::path& folder) {
    const std::lock_guard lock(recording);
    recorder = std::make_unique<Recorder>(folder);
}

void mark_disk_trace() {
    const std::lock_guard lock(recording);
    recorder->mark();
}

DiskTrace end_disk_trace() {
    const std::lock_guard lock(recording);
    return std::exchange(recorder, nullptr)->take();
}

long intercept(FileCall call) {
    std::unique_lock lock(recording);
    if (!recorder) {
        lock.unlock();
        return is_sync(call.operation) ? 0 : perform(call);
    }
    if (is_sync(call.operation)) {
        const std::size_t begin = recorder->count();
        lock.unlock();
        std::this_thread::yield();  // what others write now is not covered
        lock.lock();
        recorder->synced(call, begin);
        return 0;
    }
    ::off_t at = call.offset;
    if (call.operation == FileOperation::Write) at = ::lseek(call.fd, 0, SEEK_CUR);
    const long result = perform(call);
    const int error = errno;
    if (result >= 0) recorder->happened(call, result, at);
    errno = error;
    return result;
}

void for_each_loss(const DiskTrace& trace, std::size_t count, std::size_t most,
                   const std::function<void(const Disk&, std::size_t marks)>& see) {
    std::mt19937 random(static_cast<std::mt19937::result_type>(count));
    const Crash crash(trace, count);
    std::set<std::string> seen;
    for (const auto& choose : choices(trace, crash, random)) {
        if (seen.size() == most) return;
        const Disk disk = crash.disk(choose);
        if (seen.insert(disk.fingerprint()).second) see(disk, crash.marks());
    }
}

}  // namespace boltseal::test
