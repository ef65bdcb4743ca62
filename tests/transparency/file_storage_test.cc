#include "transparency/file_storage.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <sys/wait.h>
#include <unistd.h>

using namespace boltseal;
using boltseal::test::TempFolder;

namespace {

std::unique_ptr<FileStorage> open(const TempFolder& folder) {
    auto storage = FileStorage::open(folder.path());
    REQUIRE_OK(storage);
    return *std::move(storage);
}

std::string content(const std::filesystem::path& path) {
    const auto bytes = read_file(path, 1 << 20);
    REQUIRE_OK(bytes);
    return std::string(as_text(*bytes));
}

}  // namespace

TEST_CASE("objects lie where a web server will look for them", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_OK(storage->put("tile/0/x001/067.p/3", as_bytes("abc")));
    REQUIRE(content(folder / "public/tile/0/x001/067.p/3") == "abc");
    REQUIRE(as_text(storage->get("tile/0/x001/067.p/3").value()) == "abc");
    REQUIRE_FAULT(storage->get("tile/0/000"), Fault::Missing);
    REQUIRE_FAULT(storage->get("tile/0"), Fault::Io);  // a folder
}

TEST_CASE("an object is not changed by putting it again, only by replacing it", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_OK(storage->put("tile/0/000", as_bytes("one")));
    REQUIRE_OK(storage->put("tile/0/000", as_bytes("one")));
    REQUIRE_REFUSED(storage->put("tile/0/000", as_bytes("two")),
                    "'tile/0/000' has other bytes already");
    REQUIRE(as_text(storage->get("tile/0/000").value()) == "one");
    REQUIRE_OK(storage->replace("tile/0/000", as_bytes("two")));
    REQUIRE(as_text(storage->get("tile/0/000").value()) == "two");
}

TEST_CASE("the head moves only from where the writer saw it", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_FALSE(storage->load().value().has_value());
    REQUIRE_OK(storage->advance(std::nullopt, "first"));
    REQUIRE(storage->load().value() == "first");
    REQUIRE(content(folder / "public/checkpoint") == "first");
    REQUIRE_REFUSED(storage->advance(std::nullopt, "second"),
                    "another writer has moved the log's head");
    REQUIRE_FAULT(storage->advance("other", "second"), Fault::Declined);
    REQUIRE_OK(storage->advance("first", "second"));
    REQUIRE(content(folder / "head") == "second");
    REQUIRE(content(folder / "public/checkpoint") == "second");
}

TEST_CASE("one process at a time has a log open", "[file_storage]") {
    const TempFolder folder;
    auto storage = open(folder);
    const std::string busy = "another process has the log in '" + folder.path().string() + "' open";
    REQUIRE_REFUSED(FileStorage::open(folder.path()), busy);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto second = FileStorage::open(folder.path());
        ::_exit(!second && second.error().message() == busy ? 0 : 1);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    storage.reset();
    REQUIRE_OK(FileStorage::open(folder.path()));
    REQUIRE_FAULT(FileStorage::open(folder / "nowhere"), Fault::Missing);
}

TEST_CASE("opening a log puts right what a crash has left", "[file_storage]") {
    const TempFolder folder;
    auto storage = open(folder);
    REQUIRE_OK(storage->put("tile/0/000.p/1", as_bytes("abc")));
    REQUIRE_OK(storage->advance(std::nullopt, "first"));
    storage.reset();
    // Killed after the head was durable and before it was published, in the middle of writing.
    REQUIRE_OK(write_file(folder / "head", as_bytes("second")));
    REQUIRE_OK(write_file(folder / "head.tmp.1.0", as_bytes("thi")));
    REQUIRE_OK(write_file(folder / "public/tile/0/000.p/2.tmp.1.7", as_bytes("ab")));
    storage = open(folder);
    REQUIRE(content(folder / "public/checkpoint") == "second");
    REQUIRE_FALSE(std::filesystem::exists(folder / "head.tmp.1.0"));
    REQUIRE_FALSE(std::filesystem::exists(folder / "public/tile/0/000.p/2.tmp.1.7"));
    REQUIRE(as_text(storage->get("tile/0/000.p/1").value()) == "abc");
}

TEST_CASE("an error on the disk is an error of the store", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_OK(write_file(folder / "public", as_bytes("in the way")));
    REQUIRE_FAULT(storage->put("tile/0/000", as_bytes("abc")), Fault::Io);
    REQUIRE_FAULT(storage->replace("tile/0/000", as_bytes("abc")), Fault::Io);
    REQUIRE_FAULT(storage->advance(std::nullopt, "first"), Fault::Io);
}
