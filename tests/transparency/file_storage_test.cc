#include "transparency/file_storage.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"

#include <sys/wait.h>
#include <unistd.h>

using namespace boltseal;
using namespace boltseal::test;

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
    REQUIRE_OK(storage->put({{"tile/0/x001/067", to_buffer("abc")}, {"tile/1/000", {}}}));
    REQUIRE(content(folder / "public/tile/0/x001/067") == "abc");
    REQUIRE(as_text(storage->get("tile/0/x001/067").value()) == "abc");
    REQUIRE(storage->get("tile/1/000").value().empty());
    REQUIRE_FAULT(storage->get("tile/0/000"), Fault::Missing);
    REQUIRE_FAULT(storage->get("tile/0"), Fault::Io);  // a folder
    REQUIRE_FALSE(std::filesystem::exists(folder / "public/tile/0/x001/067.new"));
}

TEST_CASE("an object is not changed by putting it again", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_OK(storage->put({{"tile/0/000", to_buffer("one")}}));
    REQUIRE_OK(storage->put({{"tile/0/000", to_buffer("one")}}));
    const std::string place = folder / "public/tile/0/000";
    REQUIRE_REFUSED(storage->put({{"tile/0/000", to_buffer("two")}}),
                    "'" + place + "' has other bytes already");
    REQUIRE_FAULT(storage->put({{"tile/0/000", to_buffer("two")}}), Fault::Declined);
    REQUIRE(as_text(storage->get("tile/0/000").value()) == "one");
}

TEST_CASE("the published checkpoint is the last one, a moment later at most", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    const auto key = test_log_key();
    REQUIRE_FALSE(storage->last().value().has_value());
    REQUIRE_OK(storage->settle());
    REQUIRE_FALSE(storage->last().value().has_value());
    const auto publish = [&](std::uint64_t size) {
        const std::string note = key.sign({size, hash_empty()});
        const auto shown = storage->publish(check_checkpoint(as_bytes(note), key.note_key).value());
        REQUIRE_OK(shown);
        REQUIRE(shown->note() == note);
        return note;
    };
    const std::string first = publish(1);
    REQUIRE(content(folder / "public/checkpoint") == first);
    std::string newest;
    for (std::uint64_t size = 2; size < 10; ++size) newest = publish(size);
    REQUIRE_OK(storage->settle());
    REQUIRE(content(folder / "public/checkpoint") == newest);
    REQUIRE(storage->last().value() == newest);
    REQUIRE_FALSE(std::filesystem::exists(folder / "public/checkpoint.new"));
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

TEST_CASE("what a killed process has left half written is overwritten", "[file_storage]") {
    const TempFolder folder;
    auto storage = open(folder);
    REQUIRE_OK(storage->put({{"tile/0/000", to_buffer("abc")}}));
    storage.reset();
    REQUIRE_OK(write_file(folder / "public/tile/0/001.new", as_bytes("abcdefgh")));
    REQUIRE_OK(write_file(folder / "public/checkpoint.new", as_bytes("abcdefgh")));
    storage = open(folder);
    REQUIRE_OK(storage->put({{"tile/0/001", to_buffer("abd")}}));
    REQUIRE(content(folder / "public/tile/0/001") == "abd");
    REQUIRE_FALSE(std::filesystem::exists(folder / "public/tile/0/001.new"));
}

TEST_CASE("an error on the disk is an error of the store", "[file_storage]") {
    const TempFolder folder;
    const auto storage = open(folder);
    REQUIRE_OK(write_file(folder / "public/tile", as_bytes("in the way")));
    REQUIRE_FAULT(storage->put({{"tile/0/000", to_buffer("abc")}}), Fault::Io);
    std::filesystem::create_directory(folder / "public/checkpoint");
    const auto key = test_log_key();
    const std::string note = key.sign({1, hash_empty()});
    REQUIRE_FAULT(storage->publish(check_checkpoint(as_bytes(note), key.note_key).value()),
                  Fault::Io);
}
