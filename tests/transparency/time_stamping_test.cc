// Time stamps as they are given, as our own verifier and OpenSSL see them.
#include "transparency/time_stamping.h"

#include "core/file.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/der_maker.h"
#include "tests/support/temp_folder.h"
#include "transparency/log_setup.h"
#include "transparency/timestamp_api.h"
#include "transparency/tsa_setup.h"
#include "verify/timestamp.h"
#include "verify/trusted_root.h"
#include "verify/tst_info.h"

#include <sys/stat.h>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr Timestamp kNow{1'795'000'000};
constexpr std::string_view kSignature = "the bytes of a signature";

Secret passphrase() {
    return Secret::copy_of(as_bytes("x"));
}

// A log's folder with an authority in it, and a clock that stands still.
struct Authority {
    TempFolder folder;
    std::filesystem::path log = folder / "log";
    ClockReading clock{std::chrono::seconds(kNow.seconds), {}};
    std::string url;

    Authority() {
        REQUIRE_OK(create_log(log, {"log.example", "https://log.example"}, passphrase(), kNow));
        url = create_time_stamping(log, passphrase(), kNow).value();
    }
    LocalTimeStamper stamper() {
        return LocalTimeStamper(load_time_stamping_key(log, passphrase()).value(),
                                open_time_stamping_clock(log, [this] { return clock; }).value());
    }
    TrustedRoot root() const {
        return parse_trusted_root(read_file(log / "trusted_root.json", 1 << 20).value()).value();
    }
};

TimestampRequest request(std::string_view message = kSignature) {
    return request_for(digest_of(as_bytes(message)));
}

// Stamps, or fails as it is told to.
struct ScriptedStamper : TimeStamper {
    std::optional<Error> fault;
    Result<Buffer> stamp(const TimestampRequest&) override {
        if (fault) return *fault;
        return Buffer{0x30, 0x00};
    }
};

ApiRequest post(Buffer body, std::string type = "application/timestamp-query") {
    return {"POST", "/api/v1/timestamp", std::move(body), std::move(type)};
}

}  // namespace

TEST_CASE("a time stamp holds under the trusted root, for what was stamped", "[time_stamping]") {
    Authority authority;
    auto stamper = authority.stamper();
    TimestampRequest asked = request();
    SECTION("with the certificate") {}
    SECTION("without it") {
        asked.wants_certificate = false;
    }
    SECTION("with a nonce") {
        asked.nonce = der(DerTag::Integer, {Buffer(20, 0x11)});
    }
    const auto token = stamper.stamp(asked);
    REQUIRE_OK(token);
    const Buffer response = granted_response(*token);
    const auto authorities = authority.root().timestamp_authorities;
    REQUIRE(authorities.size() == 1);
    const auto proved = check_timestamp(response, as_bytes(kSignature), authorities);
    REQUIRE_OK(proved);
    REQUIRE(proved->time == kNow);
    REQUIRE(proved->source == "log.example");
    REQUIRE_REFUSED(check_timestamp(response, as_bytes("another"), authorities),
                    "time stamp by 'log.example': message imprint is of another message");
    REQUIRE_FAULT(check_timestamp(response, as_bytes(kSignature), {}), Fault::Missing);
    const std::string text(as_text(response));
    REQUIRE((text.find(as_text(asked.nonce)) != text.npos));
    const auto chain = load_time_stamping_chain(authority.log).value();
    REQUIRE((text.find(as_text(chain[0].der())) != text.npos) == asked.wants_certificate);
}

TEST_CASE("no two time stamps have one serial number", "[time_stamping]") {
    Authority authority;
    auto stamper = authority.stamper();
    // Of one length and in one place: all that may differ is the serial number, and what depends on
    // it comes later.
    const auto serial_of = [&] {
        const std::string token(as_text(stamper.stamp(request()).value()));
        const std::size_t at = token.find(std::string("\x02\x11\x01", 3));
        REQUIRE(at != token.npos);
        return token.substr(at + 2, 17);
    };
    REQUIRE(serial_of() != serial_of());
}

TEST_CASE("an authority that has expired, or cannot tell the time, stamps nothing",
          "[time_stamping]") {
    Authority authority;
    auto stamper = authority.stamper();
    SECTION("set back") {
        authority.clock.wall -= std::chrono::hours(1);
        REQUIRE_REFUSED(stamper.stamp(request()),
                        "the clock was set back by 3600.000 s since the start");
    }
    SECTION("expired") {
        const std::chrono::hours years(24 * 3654);
        authority.clock.wall += years;
        authority.clock.steady += years;
        REQUIRE_REFUSED(stamper.stamp(request()),
                        "the authority's certificate is valid from 2026-11-18T11:06:40Z to "
                        "2036-11-18T11:06:40Z");
    }
    REQUIRE_FAULT(stamper.stamp(request()), Fault::Declined);
}

TEST_CASE("an authority is made once, and named to clients", "[tsa_setup]") {
    const Authority authority;
    REQUIRE(authority.url == "https://log.example/api/v1/timestamp");
    REQUIRE_REFUSED(
        create_time_stamping(authority.log, passphrase(), kNow),
        "there is a time-stamping authority in '" + authority.log.string() + "' already");
    REQUIRE(authority.root().timestamp_authorities.size() == 1);
    REQUIRE(authority.root().logs.size() == 1);
    const auto config =
        parse_json(read_file(authority.log / "signing_config.json", 1 << 20).value()).value();
    REQUIRE(*config.find("tsaUrls")->as_array()->front().string_at("url").value() == authority.url);
    struct stat status {};
    REQUIRE(::stat((authority.log / "tsa.key").c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777) == 0600);
    REQUIRE_REFUSED(load_time_stamping_key(authority.log, Secret::copy_of(as_bytes("y"))),
                    "key file '" + (authority.log / "tsa.key").string() +
                        "': wrong passphrase, or the key file is damaged");
}

TEST_CASE("key and certificate of an authority belong together", "[tsa_setup]") {
    const Authority one;
    const Authority other;
    std::filesystem::copy_file(other.log / "tsa.pem", one.log / "tsa.pem",
                               std::filesystem::copy_options::overwrite_existing);
    REQUIRE_REFUSED(load_time_stamping_key(one.log, passphrase()),
                    "'tsa.key' and 'tsa.pem' do not belong together");
}

TEST_CASE("there is no authority without a log, or with a name that fits no certificate",
          "[tsa_setup]") {
    const TempFolder folder;
    REQUIRE_FAULT(create_time_stamping(folder.path(), passphrase(), kNow), Fault::Missing);
    const std::string name(65, 'a');
    REQUIRE_OK(create_log(folder / "log", {name, "https://log.example"}, passphrase(), kNow));
    REQUIRE_REFUSED(create_time_stamping(folder / "log", passphrase(), kNow),
                    "a certificate holds names of 1 to 64 bytes, and '" + name + "' is not one");
    REQUIRE_FALSE(has_time_stamping(folder / "log"));
}

TEST_CASE("time stamps are asked for and given over HTTP", "[timestamp_api]") {
    Authority authority;
    auto stamper = authority.stamper();
    TimestampApi api(stamper, load_time_stamping_chain(authority.log).value(), [](const auto&) {});
    const ApiResponse granted = api.answer(post(encode_timestamp_request(request())));
    REQUIRE(granted.status == 200);
    REQUIRE(granted.content_type == "application/timestamp-reply");
    REQUIRE_OK(check_timestamp(as_bytes(granted.body), as_bytes(kSignature),
                               authority.root().timestamp_authorities));

    const ApiResponse refused = api.answer(post(to_buffer("nonsense")));
    REQUIRE(refused.status == 200);
    const auto why = parse_timestamp_request(as_bytes("nonsense"));
    REQUIRE(equal(as_bytes(refused.body), refused_response(std::get<TimestampRefusal>(why))));
    REQUIRE(api.answer(post({}, "application/json")).status == 415);
    REQUIRE(api.answer({"GET", "/api/v1/timestamp", {}}).allow == "POST");

    const ApiResponse chain = api.answer({"GET", "/api/v1/timestamp/certchain", {}});
    REQUIRE(chain.content_type == "application/pem-certificate-chain");
    REQUIRE(equal(as_bytes(chain.body), read_file(authority.log / "tsa.pem", 1 << 16).value()));
    REQUIRE(api.answer({"POST", "/api/v1/timestamp/certchain", {}}).allow == "GET, HEAD");
    REQUIRE_FALSE(TimestampApi::has("/api/v1/timestamp/"));
}

TEST_CASE("a stamper that fails is told of once, and when it works again", "[timestamp_api]") {
    ScriptedStamper stamper;
    std::vector<std::string> told;
    TimestampApi api(stamper, {}, [&](const std::optional<Error>& trouble) {
        told.push_back(trouble ? trouble->message() : "well");
    });
    const auto ask = [&] {
        return to_buffer(api.answer(post(encode_timestamp_request(request()))).body);
    };
    REQUIRE(ask() == granted_response(Buffer{0x30, 0x00}));
    REQUIRE(told.empty());
    stamper.fault = Error(Fault::Declined, "the clock was set");
    const Buffer no_time =
        refused_response({TimestampFailure::TimeNotAvailable, "the time is not certain now"});
    REQUIRE(ask() == no_time);
    REQUIRE(ask() == no_time);
    REQUIRE(told == std::vector<std::string>{"the clock was set"});
    stamper.fault.reset();
    ask();
    stamper.fault = Error(Fault::Io, "the signer is gone");
    REQUIRE(ask() == refused_response({TimestampFailure::SystemFailure, "no time stamps now"}));
    REQUIRE(told == std::vector<std::string>{"the clock was set", "well", "the signer is gone"});
}
