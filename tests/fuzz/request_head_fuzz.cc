// What is let through is as narrow as the rest of the server relies on.
#include "tests/fuzz/fuzz.h"
#include "transparency/request_head.h"

using namespace boltseal;

FUZZ(input) {
    const auto text = as_text(input);
    const auto parsed = parse_request_head(text, 1000);
    const auto* head = std::get_if<RequestHead>(&parsed);
    if (!head) {
        const int status = std::get<HeadRefusal>(parsed).status;
        LAW(status >= 400 && status < 600);
        return;
    }
    LAW(text.ends_with("\r\n\r\n") && text.find("\r\n\r\n") == text.size() - 4);
    LAW(head->method == "GET" || head->method == "HEAD" || head->method == "POST");
    LAW(head->path.starts_with('/') && head->path.size() <= kMaxTarget);
    LAW(head->path.find_first_of("%?# \r\n\\") == std::string::npos);
    LAW(head->content_length <= 1000);
    LAW(head->method == "POST" || head->content_length == 0);
}
