#include "net/transport.h"

namespace boltseal {

bool is_token_char(char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
}

const std::string* Response::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
        if (name == lower_case_name) return &value;
    }
    return nullptr;
}

std::vector<Result<Response>> Transport::send_all(const std::vector<Request>& requests) {
    std::vector<Result<Response>> out;
    for (const Request& request : requests) out.push_back(send(request));
    return out;
}

}  // namespace boltseal
