#include "net/transport.h"

namespace boltseal {

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
