#include "registry-client/registries_conf.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <unistd.h>

using namespace boltseal;
using namespace boltseal::test;

namespace {

RegistriesConf conf(const std::string& text) {
    auto read = parse_registries_conf(as_bytes(text));
    REQUIRE_OK(read);
    return *std::move(read);
}

Result<ImagePlaces> places(const std::string& text, const std::string& image) {
    return find_places(conf(text), parse_reference(image).value());
}

std::string where(const RegistryPlace& place) {
    return (place.plain ? "http " : "https ") + place.registry + "/" + place.repository +
           (place.digests ? " digests" : "") + (place.tags ? " tags" : "");
}

std::string registry_of(const std::string& text, const std::string& image) {
    const auto found = places(text, image);
    REQUIRE_OK(found);
    return found->registry.registry + "/" + found->registry.repository;
}

}  // namespace

TEST_CASE("the longest prefix decides, and stops where a name has a part", "[registries_conf]") {
    const std::string text =
        "[[registry]]\nlocation = 'h.example'\n"
        "[[registry]]\nprefix = 'h.example/team'\nlocation = 'a.example/t'\n"
        "[[registry]]\nprefix = '*.deep.wild.example'\nlocation = 'deep.example'\n"
        "[[registry]]\nprefix = '*.wild.example'\nlocation = 'w.example/sub'\n"

        "[[registry]]\nprefix = 'one.wild.example'\nlocation = 'exact.example'\n"
        "[[registry]]\nprefix = 'docker.io/library'\nlocation = 'hub.example/cache/'\n";
    REQUIRE(registry_of(text, "h.example/other/app") == "h.example/other/app");
    REQUIRE(registry_of(text, "h.example/team/app") == "a.example/t/app");
    REQUIRE(registry_of(text, "h.example/team") == "a.example/t");
    REQUIRE(registry_of(text, "h.example/teams/app") == "h.example/teams/app");
    REQUIRE(registry_of(text, "xh.example/team/app") == "xh.example/team/app");
    REQUIRE(registry_of(text, "x.wild.example/app") == "w.example/sub/app");
    REQUIRE(registry_of(text, "x.wild.example.net/app") == "x.wild.example.net/app");
    REQUIRE(registry_of(text, "wild.example/app") == "wild.example/app");
    REQUIRE(registry_of(text, "net.example/x.wild.example") == "net.example/x.wild.example");
    REQUIRE(registry_of(text, "x.deep.wild.example/app") == "deep.example/app");
    REQUIRE(registry_of(text, "one.wild.example/app") == "exact.example/app");
    REQUIRE(registry_of(text, "alpine") == "hub.example/cache/alpine");
}

TEST_CASE("mirrors come in their order, each for what it may be asked", "[registries_conf]") {
    const auto found = places(
        "unqualified-search-registries = ['docker.io']\nshort-name-mode = 'enforcing'\n"
        "[[registry]]\nprefix = 'h.example/team'\nlocation = 'h.example/team'\ninsecure = true\n"
        "[[registry.mirror]]\nlocation = 'a.example:5000/cache/team'\ninsecure = true\n"
        "[[registry.mirror]]\nlocation = 'b.example/team'\npull-from-mirror = 'digest-only'\n"
        "[[registry.mirror]]\nlocation = 'c.example/team'\npull-from-mirror = 'tag-only'\n"
        "[[registry.mirror]]\nlocation = 'd.example/team'\npull-from-mirror = 'all'\n",
        "h.example/team/app:v1");
    REQUIRE_OK(found);
    REQUIRE(where(found->registry) == "http h.example/team/app digests");
    REQUIRE(found->mirrors.size() == 4);
    REQUIRE(where(found->mirrors[0]) == "http a.example:5000/cache/team/app digests tags");
    REQUIRE(where(found->mirrors[1]) == "https b.example/team/app digests");
    REQUIRE(where(found->mirrors[2]) == "https c.example/team/app tags");
    REQUIRE(where(found->mirrors[3]) == "https d.example/team/app digests tags");
    const auto digests = places(
        "[[registry]]\nlocation = 'h.example'\nmirror-by-digest-only = true\n"
        "[[registry.mirror]]\nlocation = 'a.example'\n",
        "h.example/app");
    REQUIRE(where(digests->mirrors.at(0)) == "https a.example/app digests");
}

TEST_CASE("a blocked registry is refused", "[registries_conf]") {
    const std::string text = "[[registry]]\nprefix = 'h.example/bad'\nblocked = true\n";
    const auto refused = places(text, "h.example/bad/app");
    REQUIRE_REFUSED(refused,
                    "'h.example/bad/app' is blocked by registries.conf, as 'h.example/bad'");
    REQUIRE(refused.error().fault() == Fault::Config);
    REQUIRE_OK(places(text, "h.example/good/app"));
    REQUIRE_FAULT(
        places("[[registry]]\nlocation = 'h.example'\nblocked = true\n", "h.example:5000/app"),
        Fault::Config);
}

TEST_CASE("a location has to make a name of a repository", "[registries_conf]") {
    REQUIRE_REFUSED(
        places("[[registry]]\nprefix = 'h.example'\nlocation = 'a.example/b'\n",
               "h.example:5000/app"),
        "location makes 'a.example/b:5000/app' of it, which is no name of a repository");
    REQUIRE_REFUSED(
        places("[[registry]]\nprefix = '*.h.example'\nlocation = 'a.example/b'\n",
               "x.h.example:5000/app"),
        "location makes 'a.example/b:5000/app' of it, which is no name of a repository");
    REQUIRE_REFUSED(places("[[registry]]\nlocation = 'h.example/team'\n"
                           "[[registry.mirror]]\nlocation = 'm.example'\n",
                           "h.example/team"),
                    "location makes 'm.example' of it, which is no name of a repository");
}

TEST_CASE("what is no registries.conf is refused with its line", "[registries_conf]") {
    struct Row {
        const char* text;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"[registries.search]\nregistries = ['x']\n",
         "line 1: 'registries' is version 1 of this format, which is not read"},
        {"x = 1\n", "line 1: 'x' is unknown"},
        {"[[registry]]\nlocation = 'h.example'\nx = 1\n", "line 3: 'x' is unknown"},
        {"[[registry]]\ninsecure = true\n", "line 1: a registry without 'prefix' and 'location'"},
        {"registry = 1\n", "line 1: 'registry' is a number, expected a list of tables"},
        {"registry = [1]\n", "line 1: 'registry' is a number, expected a table"},
        {"[[registry]]\nlocation = 'h.example'\ninsecure = 'yes'\n",
         "line 3: 'insecure' is a string, expected a boolean"},
        {"[[registry]]\nlocation = 7\n", "line 2: 'location' is a number, expected a string"},
        {"[[registry]]\nlocation = 'https://h.example'\n",
         "line 2: 'location' 'https://h.example' is no host[:port] with an optional path"},
        {"[[registry]]\nlocation = '*.example'\n",
         "line 2: 'location' '*.example' is no host[:port] with an optional path"},
        {"[[registry]]\nprefix = '*.example/x'\n",
         "line 2: 'prefix' '*.example/x' is no host[:port] with an optional path"},
        {"[[registry]]\nprefix = 'h.example/app:v1'\n",
         "line 2: 'prefix' 'h.example/app:v1' is no host[:port] with an optional path"},
        {"[[registry]]\nlocation = 'h.example'\n[[registry]]\nprefix = 'h.example'\n",
         "line 3: prefix 'h.example' is there twice"},
        {"[[registry]]\nlocation = 'h.example'\n[[registry.mirror]]\ninsecure = true\n",
         "line 3: a mirror without 'location'"},
        {"[[registry]]\nlocation = 'h.example'\n[[registry.mirror]]\nx = true\n",
         "line 4: 'x' is unknown"},
        {"[[registry]]\nlocation = 'h.example'\n[[registry.mirror]]\nlocation = 'm.example'\n"
         "pull-from-mirror = 'some'\n",
         "line 5: 'pull-from-mirror' is 'some', expected 'all', 'digest-only' or 'tag-only'"},
        {"[[registry]]\nlocation = 'h.example'\nmirror-by-digest-only = true\n[[registry.mirror]]\n"
         "location = 'm.example'\npull-from-mirror = 'all'\n",
         "line 6: 'pull-from-mirror' beside 'mirror-by-digest-only'"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_registries_conf(as_bytes(row.text)), row.why);
    REQUIRE_FAULT(parse_registries_conf(as_bytes(row.text)), Fault::Config);
}

TEST_CASE("there are limits to how much is listed", "[registries_conf]") {
    std::string registries;
    for (int i = 0; i < 1025; ++i) {
        registries += "[[registry]]\nlocation = 'h" + std::to_string(i) + ".example'\n";
    }
    REQUIRE_REFUSED(parse_registries_conf(as_bytes(registries)),
                    "line 1: more than 1024 of 'registry'");
    std::string mirrors = "[[registry]]\nlocation = 'h.example'\n";
    for (int i = 0; i < 65; ++i) mirrors += "[[registry.mirror]]\nlocation = 'm.example'\n";
    REQUIRE_REFUSED(parse_registries_conf(as_bytes(mirrors)), "line 3: more than 64 of 'mirror'");
}

TEST_CASE("files are looked for where other tools look", "[registries_conf]") {
    namespace fs = std::filesystem;
    const TempFolder temp;
    const fs::path home = temp.path() / "home";
    const SettingsFolders folders{"", "", home.string(), temp.path() / "etc"};
    const auto write = [&](const fs::path& path, const std::string& registry,
                           const std::string& location) {
        fs::create_directories(path.parent_path());
        REQUIRE_OK(write_file(path, as_bytes("[[registry]]\nprefix = '" + registry +
                                             "'\nlocation = '" + location + "'\n")));
    };
    const auto registry = [&](const SettingsFolders& in, const std::string& name) {
        const auto read = load_registries_conf(in);
        REQUIRE_OK(read);
        return find_places(*read, parse_reference(name + "/app").value())->registry.registry;
    };
    REQUIRE(registry(folders, "a.example") == "a.example");
    write(folders.system / "registries.conf", "a.example", "system.example");
    write(folders.system / "registries.conf.d/2.conf", "b.example", "second.example");
    write(folders.system / "registries.conf.d/1.conf", "b.example", "first.example");
    write(folders.system / "registries.conf.d/3.txt", "b.example", "third.example");
    REQUIRE(registry(folders, "a.example") == "system.example");
    REQUIRE(registry(folders, "b.example") == "second.example");
    write(home / ".config/containers/registries.conf.d/1.conf", "b.example", "user.example");
    REQUIRE(registry(folders, "b.example") == "user.example");
    write(home / ".config/containers/registries.conf", "c.example", "own.example");
    REQUIRE(registry(folders, "a.example") == "a.example");
    REQUIRE(registry(folders, "b.example") == "user.example");
    REQUIRE(registry(folders, "c.example") == "own.example");

    SettingsFolders named = folders;
    named.file = (temp.path() / "named.conf").string();
    REQUIRE_REFUSED(load_registries_conf(named), "'" + named.file + "' does not exist");
    REQUIRE_FAULT(load_registries_conf(named), Fault::Config);
    write(named.file, "a.example", "named.example");
    REQUIRE(registry(named, "a.example") == "named.example");
    REQUIRE(registry(named, "c.example") == "c.example");
    REQUIRE_OK(write_file(named.file, as_bytes("x = 1\n")));
    REQUIRE_REFUSED(load_registries_conf(named), "'" + named.file + "': line 1: 'x' is unknown");
    // A link to nowhere is a file that cannot be read, not one that is not there.
    fs::remove(home / ".config/containers/registries.conf");
    fs::create_symlink(temp.path() / "nowhere", home / ".config/containers/registries.conf");
    REQUIRE_FAULT(load_registries_conf(folders), Fault::Config);
}
