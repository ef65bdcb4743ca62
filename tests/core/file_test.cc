#include "core/file.h"

#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

using namespace boltseal;
namespace fs = std::filesystem;

namespace {

// By other means than the code under test.
void put(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string get(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

mode_t mode_of(const fs::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Runs `work` in a child of its own, killed after ten seconds; true if it returned true.
bool in_child(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(10);
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool limit_file_size(rlim_t bytes) {
    const rlimit limit{bytes, bytes};
    return std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

// For as long as it lives, files are created with this umask.
class Umask {
public:
    explicit Umask(mode_t mask) : old_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(old_); }

private:
    mode_t old_;
};

}  // namespace

TEST_CASE("a file is read whole, up to its limit", "[file]") {
    const test::TempFolder folder;
    const std::string text("ab\0\r\n\xff", 6);
    put(folder / "f", text);
    REQUIRE(read_file(folder / "f", 6).value() == to_buffer(text));
    REQUIRE(read_file(folder / "f", SIZE_MAX).value() == to_buffer(text));
    REQUIRE_FAULT(read_file(folder / "f", 5), Fault::Malformed);
    REQUIRE_REFUSED(read_file(folder / "f", 5),
                    "'" + (folder / "f").string() + "' is larger than 5 bytes");
    REQUIRE_FAULT(read_file(folder / "f", 0), Fault::Malformed);
    put(folder / "empty", "");
    REQUIRE(read_file(folder / "empty", 0).value().empty());
    const std::string large(300'001, 'x');
    put(folder / "large", large);
    REQUIRE(read_file(folder / "large", large.size()).value() == to_buffer(large));
    REQUIRE_FAULT(read_file(folder / "large", large.size() - 1), Fault::Malformed);
}

TEST_CASE("what cannot be read says why", "[file]") {
    const test::TempFolder folder;
    put(folder / "file", "x");
    REQUIRE_FAULT(read_file(folder / "absent", 10), Fault::Missing);
    REQUIRE_FAULT(read_file(folder / "absent" / "deeper", 10), Fault::Missing);
    const std::string absent = (folder / "absent").string();
    REQUIRE_REFUSED(read_file(absent, 10), "'" + absent + "' does not exist");
    REQUIRE_FAULT(read_file(folder.path(), 10), Fault::Io);
    REQUIRE_FALSE(read_file(folder / "file" / "deeper", 10).has_value());
    REQUIRE_FALSE(read_file("", 10).has_value());
    fs::create_symlink("nowhere", folder / "dangling");
    REQUIRE_FAULT(read_file(folder / "dangling", 10), Fault::Missing);
    fs::create_symlink("loop", folder / "loop");
    REQUIRE_FAULT(read_file(folder / "loop", 10), Fault::Io);
    REQUIRE_FALSE(read_file(folder / std::string(300, 'n'), 10).has_value());
}

TEST_CASE("a symlink is read through", "[file]") {
    const test::TempFolder folder;
    put(folder / "file", "text");
    fs::create_symlink("file", folder / "link");
    REQUIRE(read_file(folder / "link", 4).value() == to_buffer("text"));
}

TEST_CASE("a size that the file system does not tell is no size", "[file]") {
    const auto status = read_file("/proc/self/status", 65536);  // st_size is 0
    REQUIRE_OK(status);
    REQUIRE_FALSE(status.value().empty());
    REQUIRE_FAULT(read_file("/proc/self/status", 10), Fault::Malformed);
    REQUIRE_FAULT(read_file("/dev/zero", 100'000), Fault::Malformed);  // has no end
    REQUIRE(read_file("/dev/null", 0).value().empty());
}

TEST_CASE("a pipe is read to its end, up to the limit", "[file]") {
    const test::TempFolder folder;
    const auto fifo = folder / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto read_with_writer = [&](std::size_t limit) {
        std::thread writer([&] { put(fifo, "0123456789"); });
        auto result = read_file(fifo, limit);
        writer.join();
        return result;
    };
    REQUIRE(in_child([&] { return read_with_writer(10).value() == to_buffer("0123456789"); }));
    REQUIRE(in_child([&] { return read_with_writer(9).error().fault() == Fault::Malformed; }));
}

TEST_CASE("a descriptor is read to its end, up to the limit", "[file]") {
    const std::size_t limit = GENERATE(as<std::size_t>{}, 4, 5, 6);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "01", 2) == 2);
    std::thread writer([&] {  // the rest comes late, so that one read does not see it all
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (::write(ends[1], "234", 3) == 3) ::close(ends[1]);
    });
    const auto result = read_descriptor(ends[0], "standard input", limit);
    writer.join();
    ::close(ends[0]);
    if (limit >= 5) {
        REQUIRE(result.value() == to_buffer("01234"));
    } else {
        REQUIRE_FAULT(result, Fault::Malformed);
        REQUIRE(result.error().message().find("standard input") != std::string::npos);
    }
    REQUIRE_FAULT(read_descriptor(-1, "nothing", 10), Fault::Io);
}

TEST_CASE("a file is written and replaced in one step", "[file]") {
    const test::TempFolder folder;
    const auto path = folder / "f";
    REQUIRE_OK(write_file(path, as_bytes("first")));
    REQUIRE(get(path) == "first");
    const std::string large(300'001, 'x');
    REQUIRE_OK(write_file(path, as_bytes(large)));
    REQUIRE(get(path) == large);
    REQUIRE_OK(write_file(path, {}));
    REQUIRE(get(path).empty());
    REQUIRE(entries_in(folder.path()) == 1);  // no temporary file stays
}

TEST_CASE("what a killed process left beside a file does not stand in the way", "[file]") {
    const test::TempFolder folder;
    // Process ids repeat, in containers at once, so the names of temporary files do too.
    const auto leave = [&](unsigned n) {
        put((folder / "f.tmp.").string() + std::to_string(::getpid()) + "." + std::to_string(n),
            "?");
    };
    REQUIRE(in_child([&] {
        for (unsigned n = 0; n < 50; ++n) leave(n);
        return write_file(folder / "f", as_bytes("x")).has_value();
    }));
    REQUIRE(get(folder / "f") == "x");
    REQUIRE(entries_in(folder.path()) == 51);  // it was not ours to remove
}

TEST_CASE("a relative path without folder is beside us", "[file]") {
    const test::TempFolder folder;
    REQUIRE(in_child([&] {
        fs::current_path(folder.path());
        return write_file("plain", as_bytes("x")) &&
               create_file("new", as_bytes("y"), FileMode::Public);
    }));
    REQUIRE(get(folder / "plain") == "x");
    REQUIRE(get(folder / "new") == "y");
}

TEST_CASE("whoever had the old file open keeps it", "[file]") {
    const test::TempFolder folder;
    put(folder / "f", "old");
    std::ifstream reader(folder / "f");
    REQUIRE_OK(write_file(folder / "f", as_bytes("new")));
    REQUIRE(std::string(std::istreambuf_iterator<char>(reader), {}) == "old");
    REQUIRE(get(folder / "f") == "new");
}

TEST_CASE("a reader sees one content or the other, never a part", "[file]") {
    const test::TempFolder folder;
    const auto path = folder / "f";
    const std::string a(200'000, 'a');
    const std::string b(100'000, 'b');
    REQUIRE_OK(write_file(path, as_bytes(a)));
    std::atomic<bool> stop = false;
    std::atomic<bool> failed = false;
    std::thread writer([&] {
        for (int i = 0; !stop; ++i) {
            if (!write_file(path, as_bytes(i % 2 == 0 ? b : a))) failed = true;
        }
    });
    int torn = 0;
    for (int i = 0; i < 200; ++i) {
        const auto text = read_file(path, a.size());
        if (!text || (text.value() != to_buffer(a) && text.value() != to_buffer(b))) ++torn;
    }
    stop = true;
    writer.join();
    REQUIRE(torn == 0);
    REQUIRE_FALSE(failed);
}

TEST_CASE("a write that fails leaves the old content", "[file]") {
    const test::TempFolder folder;
    const auto path = folder / "f";
    put(path, "old");
    const std::string large(100'000, 'x');
    REQUIRE(in_child([&] {
        if (!limit_file_size(4096)) return false;
        const auto result = write_file(path, as_bytes(large));
        return !result && result.error().fault() == Fault::Io;
    }));
    REQUIRE(get(path) == "old");
    REQUIRE(entries_in(folder.path()) == 1);

    REQUIRE(in_child([&] {
        if (!limit_file_size(4096)) return false;
        return !create_file(folder / "new", as_bytes(large), FileMode::Public) &&
               !write_file(folder / "new", as_bytes(large));
    }));
    REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a folder that lets nobody write keeps what it has", "[file]") {
    if (::geteuid() == 0) SKIP("root writes everywhere");
    const test::TempFolder folder;
    put(folder / "f", "old");
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const auto result = write_file(folder / "f", as_bytes("new"));
    fs::permissions(folder.path(), fs::perms::owner_all);
    REQUIRE_FAULT(result, Fault::Io);
    REQUIRE(get(folder / "f") == "old");
}

TEST_CASE("a folder is not replaced by a file", "[file]") {
    const test::TempFolder folder;
    fs::create_directory(folder / "d");
    put(folder / "d" / "inside", "x");
    REQUIRE_FAULT(write_file(folder / "d", as_bytes("new")), Fault::Io);
    REQUIRE(get(folder / "d" / "inside") == "x");
    REQUIRE(entries_in(folder.path()) == 1);
    REQUIRE_FALSE(write_file(folder / "absent" / "f", as_bytes("x")).has_value());
    REQUIRE_FALSE(write_file(folder / "d" / "inside" / "f", as_bytes("x")).has_value());
    REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a symlink is replaced, not written through", "[file]") {
    const test::TempFolder folder;
    put(folder / "target", "old");
    fs::create_symlink("target", folder / "link");
    REQUIRE_OK(write_file(folder / "link", as_bytes("new")));
    REQUIRE(get(folder / "target") == "old");
    REQUIRE(get(folder / "link") == "new");
    REQUIRE_FALSE(fs::is_symlink(folder / "link"));
}

TEST_CASE("permissions are 0644 and 0600, less the umask", "[file]") {
    struct Row {
        mode_t mask, is_public, is_private;
    };
    const auto row = GENERATE(values<Row>(
        {{0000, 0644, 0600}, {0022, 0644, 0600}, {0027, 0640, 0600}, {0077, 0600, 0600}}));
    CAPTURE(row.mask);
    const test::TempFolder folder;
    const Umask mask(row.mask);
    REQUIRE_OK(write_file(folder / "a", as_bytes("x")));
    REQUIRE_OK(write_file(folder / "b", as_bytes("x"), FileMode::Private));
    REQUIRE_OK(create_file(folder / "c", as_bytes("x"), FileMode::Public));
    REQUIRE_OK(create_file(folder / "d", as_bytes("x"), FileMode::Private));
    REQUIRE(mode_of(folder / "a") == row.is_public);
    REQUIRE(mode_of(folder / "b") == row.is_private);
    REQUIRE(mode_of(folder / "c") == row.is_public);
    REQUIRE(mode_of(folder / "d") == row.is_private);
}

TEST_CASE("a private file does not inherit the permissions of what it replaces", "[file]") {
    const test::TempFolder folder;
    put(folder / "f", "old");
    fs::permissions(folder / "f", fs::perms::all);
    REQUIRE_OK(write_file(folder / "f", as_bytes("secret"), FileMode::Private));
    REQUIRE(mode_of(folder / "f") == 0600);
}

TEST_CASE("create_file never replaces anything", "[file]") {
    const test::TempFolder folder;
    put(folder / "file", "old");
    put(folder / "empty", "");
    fs::create_directory(folder / "dir");
    fs::create_symlink("nowhere", folder / "dangling");
    for (const char* name : {"file", "empty", "dir", "dangling"}) {
        CAPTURE(name);
        REQUIRE_FAULT(create_file(folder / name, as_bytes("new"), FileMode::Public),
                      Fault::Declined);
    }
    REQUIRE(get(folder / "file") == "old");
    REQUIRE(get(folder / "empty").empty());
    REQUIRE(fs::is_symlink(folder / "dangling"));
    REQUIRE_FALSE(fs::exists(folder / "nowhere"));
    REQUIRE(entries_in(folder.path()) == 4);
    REQUIRE_OK(create_file(folder / "new", as_bytes("new"), FileMode::Public));
    REQUIRE(get(folder / "new") == "new");
    REQUIRE(entries_in(folder.path()) == 5);
}

TEST_CASE("of many who create one file, one succeeds", "[file]") {
    const test::TempFolder folder;
    std::atomic<int> created = 0;
    std::atomic<int> declined = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, text = std::string(1000, static_cast<char>('a' + i))] {
            const auto result = create_file(folder / "f", as_bytes(text), FileMode::Public);
            if (result)
                ++created;
            else if (result.error().fault() == Fault::Declined)
                ++declined;
        });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(created == 1);
    REQUIRE(declined == 7);
    REQUIRE(get(folder / "f").size() == 1000);
    REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("a folder can be made durable, and only a folder", "[file]") {
    const test::TempFolder folder;
    REQUIRE_OK(sync_directory(folder.path()));
    REQUIRE_FALSE(sync_directory(folder / "absent").has_value());
}

TEST_CASE("a file is hashed as its bytes are", "[file]") {
    const test::TempFolder folder;
    for (const std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 65535, 65536, 65537, 1048576, 1048577}) {
        const std::string text(size, 'z');
        put(folder / "f", text);
        CAPTURE(size);
        const auto hashed = hash_file(folder / "f");
        REQUIRE_OK(hashed);
        REQUIRE(hashed.value().size == size);
        REQUIRE(hashed.value().digest == digest_of(as_bytes(text)));
        REQUIRE(hash_file(folder / "f", HashAlgorithm::Sha512).value().digest ==
                digest_of(as_bytes(text), HashAlgorithm::Sha512));
    }
    REQUIRE_FAULT(hash_file(folder / "absent"), Fault::Missing);
    REQUIRE_FAULT(hash_file(folder.path()), Fault::Io);
}
