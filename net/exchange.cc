#include "net/exchange.h"

#include "net/redirect.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace boltseal {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxHead = std::size_t{64} << 10;
constexpr std::size_t kMaxHeaders = 256;
constexpr std::size_t kMaxErrorBody = std::size_t{1} << 20;  // where the body was meant for a sink
constexpr long kSinkBuffer = 128L << 10;                     // what one read of a socket may bring

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
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
            return Error(Fault::Config, "what is to be trusted is no certificate in PEM");
        case CURLE_SSL_CERTPROBLEM:
            return Error(Fault::Config, "the certificate or key of the client cannot be used");
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

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
    curl_easy_setopt(easy, option, value);
}

}  // namespace

// What libcurl calls. `user` is the Exchange.
struct Exchange::Callbacks {
    static std::size_t header(char* data, std::size_t, std::size_t n, void* user) {
        auto& x = *static_cast<Exchange*>(user);
        x.last_progress_ = Clock::now();
        if (n > kMaxHead - x.head_bytes_) {
            x.fail(Fault::Malformed, "head of the answer is larger than 64 KiB");
            return 0;
        }
        x.head_bytes_ += n;
        return n == 0 || x.take_header_line(std::string_view(data, n)) ? n : 0;
    }

    static std::size_t body(char* data, std::size_t, std::size_t n, void* user) {
        auto& x = *static_cast<Exchange*>(user);
        x.last_progress_ = Clock::now();
        if (x.limit_ != nullptr && x.request_->sink) {
            x.is_paused_ = !x.limit_->has_room(x.last_progress_);
            if (x.is_paused_) return CURL_WRITEFUNC_PAUSE;  // and it comes again
            x.limit_->take(n);
        }
        x.read_status();
        return x.take_body(as_bytes(std::string_view(data, n))) ? n : 0;
    }

    static std::size_t read(char* data, std::size_t, std::size_t n, void* user) {
        auto& x = *static_cast<Exchange*>(user);
        const std::uint64_t left = x.request_->reader_size - x.sent_;
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, n));
        if (most == 0) return 0;
        auto given = x.request_->reader(
            x.sent_, std::span<std::uint8_t>(reinterpret_cast<std::uint8_t*>(data), most));
        if (!given || *given == 0 || *given > most) {
            if (!given && !x.error_) x.error_ = std::move(given).error();
            x.fail(Fault::Io, "body of the request ended too early");
            return CURL_READFUNC_ABORT;
        }
        x.sent_ += *given;
        return *given;
    }

    static int seek(void* user, curl_off_t offset, int origin) {
        if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
        static_cast<Exchange*>(user)->sent_ = static_cast<std::uint64_t>(offset);
        return CURL_SEEKFUNC_OK;
    }

    static int progress(void* user, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
        auto& x = *static_cast<Exchange*>(user);
        const auto now = Clock::now();
        if (down + up != x.moved_ || x.is_paused_) {
            x.moved_ = down + up;
            x.last_progress_ = now;
            return 0;
        }
        const milliseconds limit = x.request_->stall_timeout;
        if (limit.count() == 0 || now - x.last_progress_ < limit) return 0;
        x.fail(Fault::Io, "no progress for " + std::to_string(limit.count()) + " ms");
        return 1;
    }

    // Looks at the address after name resolution, so that no name leads where a literal may not.
    static curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
        auto& x = *static_cast<Exchange*>(user);
        if (x.public_only_ && is_local_host(address_text(&address->addr))) {
            x.fail(Fault::Malformed, "redirect to a host that resolves to a local address");
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
};

void Exchange::FreeList::operator()(void* list) const {
    curl_slist_free_all(static_cast<curl_slist*>(list));
}

Exchange::Exchange(const HttpOptions& options, void* share, ReceiveLimit* limit)
    : options_(options), easy_(curl_easy_init()), limit_(limit) {
    static_assert(CURL_ERROR_SIZE <= sizeof detail_);
    if (easy_ == nullptr) throw std::runtime_error("libcurl cannot start");
    if (share != nullptr) set(easy_, CURLOPT_SHARE, share);
}

Exchange::~Exchange() {
    curl_easy_cleanup(easy_);
}

int Exchange::resume() {
    is_paused_ = false;
    const CURLcode code = curl_easy_pause(easy_, CURLPAUSE_CONT);
    return code == CURLE_OK && error_ ? CURLE_WRITE_ERROR : code;
}

void Exchange::fail(Fault fault, std::string why) {
    if (!error_) error_.emplace(fault, std::move(why));
}

void Exchange::read_status() {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
}

bool Exchange::take_header_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // also after a 100 Continue
        response_.headers.clear();
        return true;
    }
    if (line.front() == ' ' || line.front() == '\t') {
        const bool blank = trimmed(line).empty();
        if (!blank) fail(Fault::Malformed, "answer has a folded header");
        return blank;
    }
    const std::string_view field = trimmed(line);
    if (field.empty()) return true;
    const std::size_t colon = field.find(':');
    const std::string_view name = field.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) {
        fail(Fault::Malformed, "answer has a malformed header");
        return false;
    }
    const std::string_view value = trimmed(field.substr(colon + 1));
    if (!is_field_value(value)) {
        fail(Fault::Malformed, "answer has control characters in a header");
        return false;
    }
    if (response_.headers.size() == kMaxHeaders) {
        fail(Fault::Malformed, "answer has more than 256 headers");
        return false;
    }
    response_.headers.emplace_back(to_lower(name), std::string(value));
    return true;
}

bool Exchange::take_body(Bytes piece) {
    const bool success = response_.status >= 200 && response_.status <= 299;
    const bool to_sink = success && request_->sink != nullptr;
    const std::size_t most = request_->sink && !success ? kMaxErrorBody : request_->max_body;
    if (piece.size() > most - body_bytes_) {
        fail(Fault::Malformed,
             "body of the answer is larger than " + std::to_string(most) + " bytes");
        return false;
    }
    if (to_sink && body_bytes_ == 0 && request_->on_head) {
        Result<void> wanted = request_->on_head(response_);
        if (!wanted) {
            error_ = std::move(wanted).error();
            return false;
        }
    }
    body_bytes_ += piece.size();
    if (to_sink) {
        Result<void> taken = request_->sink(piece);
        if (taken) return true;
        if (!error_) error_ = std::move(taken).error();
        return false;
    }
    // The body of a redirect that will be followed is nobody's.
    if (is_followed(*request_) && is_redirect(response_.status)) return true;
    response_.body.insert(response_.body.end(), piece.begin(), piece.end());
    return true;
}

// Options are reset for each hop; connections, DNS and TLS sessions live on elsewhere.
void Exchange::set_fixed(const Url& url) {
    curl_easy_reset(easy_);
    set(easy_, CURLOPT_URL, to_string(url).c_str());
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_PATH_AS_IS, 1L);
    set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy_, CURLOPT_UNRESTRICTED_AUTH, 0L);
    set(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy_, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(easy_, CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    if (request_->sink && limit_ == nullptr) set(easy_, CURLOPT_BUFFERSIZE, kSinkBuffer);
    detail_[0] = '\0';
    set(easy_, CURLOPT_ERRORBUFFER, detail_.data());
}

// libcurl keeps connections apart by all of these.
void Exchange::set_tls(const TlsFiles& tls) {
    if (!tls.ca.empty()) {
        std::string text = tls.ca;
        curl_blob blob{text.data(), text.size(), CURL_BLOB_COPY};
        set(easy_, CURLOPT_CAINFO_BLOB, &blob);
        set(easy_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (tls.client_cert.empty()) return;
    set(easy_, CURLOPT_SSLCERT, tls.client_cert.c_str());
    set(easy_, CURLOPT_SSLKEY, tls.client_key.c_str());
}

void Exchange::set_body() {
    const std::uint64_t size = request_->reader ? request_->reader_size : request_->body.size();
    const std::string& method = request_->method;
    if (method == "HEAD") {
        set(easy_, CURLOPT_NOBODY, 1L);
    } else if (size > 0 || method == "POST" || method == "PUT" || method == "PATCH") {
        set(easy_, CURLOPT_POST, 1L);
        set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
        if (!request_->reader) {
            set(easy_, CURLOPT_POSTFIELDS,
                size == 0 ? "" : reinterpret_cast<const char*>(request_->body.data()));
        }
        set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
    } else {
        set(easy_, CURLOPT_HTTPGET, 1L);
        if (method != "GET") set(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
    }
}

bool Exchange::add_header(const std::string& line) {
    void* longer = curl_slist_append(static_cast<curl_slist*>(headers_.get()), line.c_str());
    if (longer == nullptr) return false;
    (void)headers_.release();
    headers_.reset(longer);
    return true;
}

Result<void> Exchange::set_headers() {
    headers_.reset();
    // "Name:" takes away what libcurl would add by itself; "Name;" sends an empty value.
    bool ok = add_header("Expect:") && add_header("Accept-Encoding: identity");
    bool typed = false;
    for (const auto& [name, value] : request_->headers) {
        typed = typed || to_lower(name) == "content-type";
        if (to_lower(name) == "accept-encoding") continue;
        std::string line = name;
        line.append(value.empty() ? ";" : ": ").append(value);
        ok = ok && add_header(line);
    }
    if (!typed) ok = ok && add_header("Content-Type:");
    if (!ok) return Error(Fault::Io, "out of memory");
    set(easy_, CURLOPT_HTTPHEADER, headers_.get());
    return {};
}

void Exchange::set_callbacks() {
    set(easy_, CURLOPT_HEADERFUNCTION, &Callbacks::header);
    set(easy_, CURLOPT_HEADERDATA, this);
    set(easy_, CURLOPT_WRITEFUNCTION, &Callbacks::body);
    set(easy_, CURLOPT_WRITEDATA, this);
    set(easy_, CURLOPT_NOPROGRESS, 0L);
    set(easy_, CURLOPT_XFERINFOFUNCTION, &Callbacks::progress);
    set(easy_, CURLOPT_XFERINFODATA, this);
    set(easy_, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
    set(easy_, CURLOPT_OPENSOCKETDATA, this);
    if (!request_->reader) return;
    set(easy_, CURLOPT_READFUNCTION, &Callbacks::read);
    set(easy_, CURLOPT_READDATA, this);
    set(easy_, CURLOPT_SEEKFUNCTION, &Callbacks::seek);
    set(easy_, CURLOPT_SEEKDATA, this);
}

Result<void> Exchange::prepare(const Request& request, const Hop& hop) {
    BOLTSEAL_CHECK(check_request(request));
    request_ = &request;
    public_only_ = hop.public_only;
    response_ = Response();
    response_.url = to_string(hop.url);
    response_.public_only = hop.public_only;
    error_.reset();
    is_paused_ = false;
    head_bytes_ = 0;
    body_bytes_ = 0;
    sent_ = 0;
    moved_ = -1;
    last_progress_ = Clock::now();
    set_fixed(hop.url);
    if (hop.tls) set_tls(*hop.tls);
    set_body();
    BOLTSEAL_CHECK(set_headers());
    set_callbacks();
    set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(hop.left.count()));
    return {};
}

Result<Response> Exchange::finish(int code) {
    if (error_) return std::move(*error_);
    if (code != CURLE_OK) return describe(easy_, static_cast<CURLcode>(code), detail_.data());
    read_status();
    return std::move(response_);
}

bool Exchange::peer_is_local() const {
    const char* peer = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &peer);
    return peer != nullptr && is_local_host(peer);
}

std::optional<std::chrono::microseconds> Exchange::connect_time() const {
    curl_off_t resolved = 0;
    curl_off_t connected = 0;
    long made = 0;
    curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &made);
    curl_easy_getinfo(easy_, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    curl_easy_getinfo(easy_, CURLINFO_CONNECT_TIME_T, &connected);
    if (made == 0 || connected <= resolved) return std::nullopt;
    return std::chrono::microseconds(connected - resolved);
}

}  // namespace boltseal
