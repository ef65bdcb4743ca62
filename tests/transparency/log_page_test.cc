// The page as the server makes it; what browsers do with it is tests/page.
#include "transparency/log_page.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_log.h"
#include "transparency/page_files.h"

#include <future>
#include <optional>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct PagedLog : TestLog {
    Workers workers{2};
    std::unique_ptr<LogPage> page;

    PagedLog() {
        restart();
        renew();
    }
    void renew() { page = std::make_unique<LogPage>(*sequencer, key.note_key, workers); }
    ~PagedLog() {
        sequencer->stop();
        workers.stop();
    }
    PagedLog(const PagedLog&) = delete;
    PagedLog& operator=(const PagedLog&) = delete;

    // Nothing if it is for somebody else.
    std::optional<ApiResponse> ask(const std::string& method, const std::string& path) const {
        const auto promise = std::make_shared<std::promise<ApiResponse>>();
        const Reply reply([promise](ApiResponse response) { promise->set_value(response); });
        if (page->handle({method, path, {}}, reply)) return promise->get_future().get();
        reply({});
        return std::nullopt;
    }
    std::string get(const std::string& path) const {
        const auto response = ask("GET", path);
        REQUIRE(response.has_value());
        REQUIRE(response->status == 200);
        REQUIRE(response->content_type == "text/html; charset=utf-8");
        REQUIRE(response->security_policy.starts_with("default-src 'none'; script-src 'self';"));
        REQUIRE(response->security_policy.find("unsafe") == std::string::npos);
        return response->body;
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Buffer entry_of(const HashedRekord& entry) {
    return encode_entry(entry).value();
}

}  // namespace

TEST_CASE("the front shows size, checkpoint, key and the newest entries", "[log_page]") {
    PagedLog log;
    REQUIRE(has(log.get("/"), "<strong id=\"size\">0</strong>"));
    std::vector<HashedRekord> entries;
    for (int i = 0; i < 23; ++i) {
        entries.push_back(signed_entry(std::to_string(i)));
        REQUIRE_OK(log.sequencer->append(entry_of(entries.back())));
    }
    log.renew();
    const std::string front = log.get("/");
    REQUIRE(has(front, "<strong id=\"size\">23</strong>"));
    REQUIRE(has(front, "<h1>example.com/log/testdata</h1>"));
    REQUIRE(has(front, std::string(kLogVkey)));
    REQUIRE(has(front, escape_html(log.sequencer->published()->note())));
    REQUIRE(has(front, "<a href=\"entry/22\">"));
    REQUIRE(has(front, to_string(entries[22].digest)));
    REQUIRE(has(front, "<a href=\"entry/3\">"));
    REQUIRE_FALSE(has(front, "<a href=\"entry/2\">"));
    REQUIRE(has(front, "No witness has cosigned it."));
}

TEST_CASE("the front is made once a second at most", "[log_page]") {
    const PagedLog log;
    const std::string first = log.get("/");
    REQUIRE_OK(log.append("a"));
    REQUIRE(log.get("/") == first);
}

TEST_CASE("an entry is shown with its leaf hash, and those that are not there are not found",
          "[log_page]") {
    const PagedLog log;
    const HashedRekord entry = signed_entry("a");
    REQUIRE_OK(log.sequencer->append(entry_of(entry)));
    const std::string page = log.get("/entry/0");
    REQUIRE(has(page, "<body data-index=\"0\">"));
    REQUIRE(has(page, to_string(entry.digest)));
    REQUIRE(has(page, to_hex(hash_leaf(entry_of(entry)).bytes())));
    REQUIRE(log.ask("GET", "/entry/1")->status == 404);
    for (const char* path : {"/entry/", "/entry/00", "/entry/01", "/entry/-1", "/entry/a",
                             "/entry/18446744073709551616", "/entry", "/checkpoint", "//"}) {
        CAPTURE(path);
        REQUIRE_FALSE(log.ask("GET", path).has_value());
    }
    REQUIRE(log.ask("HEAD", "/entry/0")->status == 200);
    REQUIRE_FALSE(log.ask("POST", "/").has_value());
}

TEST_CASE("what others wrote is text on the page, whatever it is", "[log_page]") {
    const PagedLog log;
    const std::string script = "<script>alert(1)</script>";
    REQUIRE_OK(log.append("{\"a\":\"" + script + "'&\\u202e\"}"));
    std::string page = log.get("/entry/0");
    REQUIRE_FALSE(has(page, script));
    REQUIRE(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;\\xe2\\x80\\xae&quot;"));
    REQUIRE_OK(log.append(script + std::string("\xff\x00", 2)));
    page = log.get("/entry/1");
    REQUIRE_FALSE(has(page, script));
    REQUIRE(has(page, "<pre id=\"entry\">3c73637269707"));
    REQUIRE_OK(log.append(std::string(60'000, 'x')));
    REQUIRE(log.get("/entry/2").size() < 50'000);

    const TestCa ca;
    const IssuedCertificate issued =
        ca.issue(signer_spec({NameKind::Uri, "https://a/" + script}, "https://issuer/\"" + script));
    const HashedRekord entry{digest_of(as_bytes("a")), issued.key->sign(as_bytes("a")).value(),
                             issued.certificate.key(), SignatureAlgorithm::EcdsaP256Sha256,
                             to_buffer(issued.certificate.der())};
    REQUIRE_OK(log.sequencer->append(entry_of(entry)));
    for (const std::string& shown : {log.get("/entry/3"), log.get("/")}) {
        REQUIRE_FALSE(has(shown, script));
        REQUIRE(
            has(shown, "https://a/&lt;script&gt;alert(1)&lt;/script&gt; of https://issuer/&quot;"));
    }
    REQUIRE(escape_html("<a href=\"x\" b='y'>&\n\x01") ==
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\n\\x01");
}

TEST_CASE("the files of the page come from the program, templates apart", "[log_page]") {
    const PagedLog log;
    const auto script = log.ask("GET", "/page/verify.js");
    REQUIRE(script->status == 200);
    REQUIRE(script->content_type == "text/javascript; charset=utf-8");
    REQUIRE(script->body ==
            as_text(read_file(BOLTSEAL_PAGE "/verify.js", std::size_t{1} << 20).value()));
    REQUIRE(log.ask("GET", "/page/page.css")->content_type == "text/css; charset=utf-8");
    for (const char* path : {"/page/index.html", "/page/", "/page/../log.key", "/page/other.js"}) {
        REQUIRE(log.ask("GET", path)->status == 404);
    }
}
