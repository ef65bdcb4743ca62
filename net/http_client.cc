#include "net/http_client.h"

#include "net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>

#ifndef BOLTSEAL_VERSION
#define BOLTSEAL_VERSION "0"
#endif

namespace boltseal {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxHead = std::size_t{64} << 10;
constexpr std::size_t kMaxHeaders = 256;
constexpr std::size_t kMaxErrorBody = std::size_t{1} << 20;  // where the body was meant for a sink

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Result<void> check_request(const Request& request) {
    if (!is_token(request.method)) {
        return Error(Fault::Malformed, "request method is no HTTP token");
    }
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return Error(Fault::Malformed, "request header name is no HTTP token");
        if (!is_field_value(value)) {
            return Error(Fault::Malformed,
                         "request header '" + name + "' has control characters in its value");
        }
    }
    return {};
}

bool is_credential(std::string_view name) {
    const std::string key = lower(name);
    return key == "authorization" || key == "cookie" || key == "proxy-authorization";
}

void drop_credentials(std::vector<Header>& headers) {
    std::erase_if(headers, [](const Header& header) { return is_credential(header.first); });
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_followed(const Request& request) {
    return (request.method == "GET" || request.method == "HEAD") && request.max_redirects > 0;
}

// One exchange, without redirects, as the callbacks of libcurl see it.
struct Exchange {
    const Request* request = nullptr;
    bool follow = false;       // a redirect will be followed, so that its body is nobody's
    bool public_only = false;  // refuse to connect to local addresses
    CURL* easy = nullptr;
    Response response;
    std::optional<Error> error;  // why a callback stopped the transfer
    std::size_t head_bytes = 0;
    std::size_t body_bytes = 0;
    std::uint64_t sent = 0;
    curl_off_t moved = -1;
    Clock::time_point last_progress = Clock::now();

    void fail(Fault fault, std::string why) {
        if (!error) error.emplace(fault, std::move(why));
    }
};

void read_status(Exchange& x) {
    long status = 0;
    curl_easy_getinfo(x.easy, CURLINFO_RESPONSE_CODE, &status);
    x.response.status = static_cast<int>(status);
}

bool take_header_line(Exchange& x, std::string_view line) {
    if (line.starts_with("HTTP/")) {  // also after a 100 Continue
        x.response.headers.clear();
        return true;
    }
    if (line.front() == ' ' || line.front() == '\t') {
        const bool blank = trimmed(line).empty();
        if (!blank) x.fail(Fault::Malformed, "answer has a folded header");
        return blank;
    }
    const std::string_view field = trimmed(line);
    if (field.empty()) return true;
    const std::size_t colon = field.find(':');
    const std::string_view name = field.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) {
        x.fail(Fault::Malformed, "answer has a malformed header");
        return false;
    }
    const std::string_view value = trimmed(field.substr(colon + 1));
    if (!is_field_value(value)) {
        x.fail(Fault::Malformed, "answer has control characters in a header");
        return false;
    }
    if (x.response.headers.size() == kMaxHeaders) {
        x.fail(Fault::Malformed, "answer has more than 256 headers");
        return false;
    }
    x.response.headers.emplace_back(lower(name), std::string(value));
    return true;
}

std::size_t on_header(char* data, std::size_t, std::size_t n, void* user) {
    auto& x = *static_cast<Exchange*>(user);
    x.last_progress = Clock::now();
    if (n > kMaxHead - x.head_bytes) {
        x.fail(Fault::Malformed, "head of the answer is larger than 64 KiB");
        return 0;
    }
    x.head_bytes += n;
    return n == 0 || take_header_line(x, std::string_view(data, n)) ? n : 0;
}

bool take_body(Exchange& x, Bytes piece) {
    const bool success = x.response.status >= 200 && x.response.status <= 299;
    const bool to_sink = success && x.request->sink != nullptr;
    const std::size_t most = x.request->sink && !success ? kMaxErrorBody : x.request->max_body;
    if (piece.size() > most - x.body_bytes) {
        x.fail(Fault::Malformed,
               "body of the answer is larger than " + std::to_string(most) + " bytes");
        return false;
    }
    if (to_sink && x.body_bytes == 0 && x.request->on_head) {
        Result<void> wanted = x.request->on_head(x.response);
        if (!wanted) {
            x.error = std::move(wanted).error();
            return false;
        }
    }
    x.body_bytes += piece.size();
    if (to_sink) {
        Result<void> taken = x.request->sink(piece);
        if (taken) return true;
        if (!x.error) x.error = std::move(taken).error();
        return false;
    }
    if (x.follow && is_redirect(x.response.status)) return true;
    x.response.body.insert(x.response.body.end(), piece.begin(), piece.end());
    return true;
}

std::size_t on_body(char* data, std::size_t, std::size_t n, void* user) {
    auto& x = *static_cast<Exchange*>(user);
    x.last_progress = Clock::now();
    read_status(x);
    return take_body(x, as_bytes(std::string_view(data, n))) ? n : 0;
}

std::size_t on_read(char* data, std::size_t, std::size_t n, void* user) {
    auto& x = *static_cast<Exchange*>(user);
    const std::uint64_t left = x.request->reader_size - x.sent;
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, n));
    if (most == 0) return 0;
    auto given = x.request->reader(
        x.sent, std::span<std::uint8_t>(reinterpret_cast<std::uint8_t*>(data), most));
    if (!given || *given == 0 || *given > most) {
        if (!given && !x.error) x.error = std::move(given).error();
        x.fail(Fault::Io, "body of the request ended too early");
        return CURL_READFUNC_ABORT;
    }
    x.sent += *given;
    return *given;
}

int on_seek(void* user, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Exchange*>(user)->sent = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
}

int on_progress(void* user, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
    auto& x = *static_cast<Exchange*>(user);
    const auto now = Clock::now();
    if (down + up != x.moved) {
        x.moved = down + up;
        x.last_progress = now;
        return 0;
    }
    const milliseconds limit = x.request->stall_timeout;
    if (limit.count() == 0 || now - x.last_progress < limit) return 0;
    x.fail(Fault::Io, "no progress for " + std::to_string(limit.count()) + " ms");
    return 1;
}

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* in = nullptr;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (address->sa_family == AF_INET) {
        std::memcpy(&v4, address, sizeof v4);
        in = &v4.sin_addr;
    } else if (address->sa_family == AF_INET6) {
        std::memcpy(&v6, address, sizeof v6);
        in = &v6.sin6_addr;
    }
    if (in == nullptr || !::inet_ntop(address->sa_family, in, text.data(), text.size())) return {};
    return text.data();
}

// Looks at the address after name resolution, so that no name leads where a literal may not.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
    auto& x = *static_cast<Exchange*>(user);
    if (x.public_only && is_local_host(address_text(&address->addr))) {
        x.fail(Fault::Malformed, "redirect to a host that resolves to a local address");
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string broken(CURL* easy, const std::string& what) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    if (number == 0) return what;
    return what + ": " + std::strerror(static_cast<int>(number));
}

Error describe(CURL* easy, CURLcode code, const char* detail) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Error(Fault::Io, "cannot resolve the host name");
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Error(Fault::Io, "cannot resolve the name of the proxy");
        case CURLE_COULDNT_CONNECT:
            return Error(Fault::Io, broken(easy, "cannot connect"));
        case CURLE_OPERATION_TIMEDOUT:
            return Error(Fault::Io, "timed out");
        case CURLE_PEER_FAILED_VERIFICATION:
            return Error(Fault::Io, std::string("certificate is not trusted: ") + detail);
        case CURLE_SSL_CACERT_BADFILE:
            return Error(Fault::Config, "cannot read the CA file");
        case CURLE_SSL_CONNECT_ERROR:
            return Error(Fault::Io, std::string("TLS handshake failed: ") + detail);
        case CURLE_PARTIAL_FILE:
            return Error(Fault::Io, "connection closed in the middle of the body");
        case CURLE_GOT_NOTHING:
            return Error(Fault::Io, "connection closed without an answer");
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return Error(Fault::Io, broken(easy, "connection broke"));
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return Error(Fault::Malformed, "answer is not HTTP");
        default:
            return Error(Fault::Io, curl_easy_strerror(code));
    }
}

// Where a redirect leads, if it may lead there. `first` is what the caller asked for.
Result<Url> next_hop(const Url& first, const Url& from, const std::string& location) {
    auto next = resolve_url(from, location);
    if (!next) return std::move(next).error().context("redirect");
    if (from.scheme == "https" && next->scheme == "http") {
        return Error(Fault::Malformed, "redirect from https to http at '" + authority(*next) + "'");
    }
    if (is_local_host(next->host) && !is_local_host(first.host)) {
        return Error(Fault::Malformed, "redirect to the local address '" + authority(*next) + "'");
    }
    return next;
}

}  // namespace

class HttpClient::Connection {
public:
    explicit Connection(HttpOptions options) : options_(std::move(options)) {
        static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
        if (started == CURLE_OK) easy_.reset(curl_easy_init());
        if (!easy_) throw std::runtime_error("libcurl cannot start");
        if (options_.user_agent.empty()) options_.user_agent = "boltseal/" BOLTSEAL_VERSION;
    }

    Result<Response> send(const Request& request);

private:
    Result<Response> exchange(const Request& request, const Url& url, milliseconds left);
    void set_fixed(const Url& url);
    Result<HeaderList> set_request(const Request& request);
    void set_body(const Request& request);
    void set_callbacks(Exchange& x);

    template <typename T>
    void set(CURLoption option, T value) {
        curl_easy_setopt(easy_.get(), option, value);
    }

    HttpOptions options_;
    std::array<char, CURL_ERROR_SIZE> detail_{};  // outlives the handle that writes to it
    std::unique_ptr<CURL, FreeEasy> easy_;
    bool public_only_ = false;  // for the redirects of the request under way
};

// Options are reset for each request; connections, DNS and TLS sessions live on in the handle.
void HttpClient::Connection::set_fixed(const Url& url) {
    curl_easy_reset(easy_.get());
    set(CURLOPT_URL, to_string(url).c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_UNRESTRICTED_AUTH, 0L);
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    detail_[0] = '\0';
    set(CURLOPT_ERRORBUFFER, detail_.data());
}

void HttpClient::Connection::set_body(const Request& request) {
    const std::uint64_t size = request.reader ? request.reader_size : request.body.size();
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (size > 0 || request.method == "POST" || request.method == "PUT" ||
               request.method == "PATCH") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
        if (!request.reader) {
            set(CURLOPT_POSTFIELDS,
                size == 0 ? "" : reinterpret_cast<const char*>(request.body.data()));
        }
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else {
        set(CURLOPT_HTTPGET, 1L);
        if (request.method != "GET") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

Result<HeaderList> HttpClient::Connection::set_request(const Request& request) {
    set_body(request);
    HeaderList list;
    auto add = [&](const std::string& line) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) return false;
        (void)list.release();
        list.reset(longer);
        return true;
    };
    // "Name:" takes away what libcurl would add by itself; "Name;" sends an empty value.
    bool ok = add("Expect:") && add("Accept-Encoding: identity");
    bool typed = false;
    for (const auto& [name, value] : request.headers) {
        typed = typed || lower(name) == "content-type";
        if (lower(name) == "accept-encoding") continue;
        std::string line = name;
        line.append(value.empty() ? ";" : ": ").append(value);
        ok = ok && add(line);
    }
    if (!typed) ok = ok && add("Content-Type:");
    if (!ok) return Error(Fault::Io, "out of memory");
    set(CURLOPT_HTTPHEADER, list.get());
    return list;
}

void HttpClient::Connection::set_callbacks(Exchange& x) {
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &x);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &x);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, &x);
    set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(CURLOPT_OPENSOCKETDATA, &x);
    if (!x.request->reader) return;
    set(CURLOPT_READFUNCTION, &on_read);
    set(CURLOPT_READDATA, &x);
    set(CURLOPT_SEEKFUNCTION, &on_seek);
    set(CURLOPT_SEEKDATA, &x);
}

Result<Response> HttpClient::Connection::exchange(const Request& request, const Url& url,
                                                  milliseconds left) {
    Exchange x;
    x.request = &request;
    x.follow = is_followed(request);
    x.public_only = public_only_;
    x.easy = easy_.get();
    set_fixed(url);
    BOLTSEAL_TRY(const HeaderList headers, set_request(request));
    set_callbacks(x);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    const CURLcode code = curl_easy_perform(easy_.get());
    if (x.error) return std::move(*x.error);
    if (code != CURLE_OK) return describe(easy_.get(), code, detail_.data());
    read_status(x);
    x.response.url = to_string(url);
    return std::move(x.response);
}

Result<Response> HttpClient::Connection::send(const Request& request) {
    BOLTSEAL_CHECK(check_request(request));
    BOLTSEAL_TRY(const Url first, parse_url(request.url));
    Url url = first;
    Request hop = request;
    const auto start = Clock::now();
    public_only_ = false;
    for (int redirects = 0;; ++redirects) {
        const auto spent = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
        const bool limited = request.timeout.count() > 0;
        if (limited && spent >= request.timeout) {
            return Error(Fault::Io, authority(url) + ": timed out");
        }
        auto answer = exchange(hop, url, limited ? request.timeout - spent : milliseconds{0});
        if (!answer) return std::move(answer).error().context(authority(url));
        const std::string* location = answer->header("location");
        if (!is_followed(request) || !is_redirect(answer->status) || location == nullptr) {
            return answer;
        }
        if (redirects == request.max_redirects) {
            return Error(Fault::Malformed, authority(url) + ": redirected more than " +
                                               std::to_string(redirects) + " times");
        }
        if (redirects == 0) {
            const char* peer = nullptr;  // of the proxy, if there is one: it resolves for us
            curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &peer);
            public_only_ = peer == nullptr || !is_local_host(peer);
        }
        auto next = next_hop(first, url, *location);
        if (!next) return std::move(next).error().context(authority(url));
        if (!same_origin(url, *next)) drop_credentials(hop.headers);
        url = std::move(next).value();
    }
}

HttpClient::HttpClient(HttpOptions options)
    : connection_(std::make_unique<Connection>(std::move(options))) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<Response> HttpClient::send(const Request& request) {
    return connection_->send(request);
}

}  // namespace boltseal
