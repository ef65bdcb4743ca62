#include "tests/hostile/fault.h"

#include "core/bytes.h"
#include "core/file.h"

#include <algorithm>
#include <charconv>

namespace boltseal::hostile {

namespace {

constexpr std::size_t kMaxBody = std::size_t{1} << 30;

using Apply = Result<void> (*)(const std::string& argument, const Request& request,
                               std::string_view whole, Answer& answer, Delivery& delivery);

Error bad(const std::string& text) {
    return Error(boltseal::Fault::Malformed, "is no rule: " + printable(text));
}

Result<std::uint64_t> number(std::string_view text) {
    std::uint64_t out = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || stop != end) return bad(std::string(text));
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view out = text.substr(0, end);
    text = trimmed(text.substr(end));
    return out;
}

Result<Rule> parse_rule(std::string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return bad(std::string(line));
    std::string_view match = line.substr(0, colon);
    std::string_view faults = line.substr(colon + 2);
    Rule out;
    std::string_view word = take_word(match);
    if (word.size() > 1 && word.ends_with('*')) {
        BOLTSEAL_TRY(const std::uint64_t uses, number(word.substr(0, word.size() - 1)));
        out.uses = static_cast<int>(uses);
        word = take_word(match);
    }
    out.method = word;
    out.target = match;
    while (!faults.empty()) {
        const std::size_t end = std::min(faults.find(" | "), faults.size());
        std::string_view one = faults.substr(0, end);
        faults.remove_prefix(std::min(end + 3, faults.size()));
        const std::string_view name = take_word(one);
        out.faults.push_back({std::string(name), std::string(one)});
    }
    if (out.target.empty() || out.faults.empty()) return bad(std::string(line));
    return out;
}

void flip(Answer& answer, std::uint64_t first, std::uint64_t step) {
    std::string bytes(answer.body);
    const std::uint64_t end = answer.offset + bytes.size();
    for (std::uint64_t at = first; at < end; at += step) {
        if (at >= answer.offset) bytes[at - answer.offset] ^= 1;
        if (step == 0) break;
    }
    const std::uint64_t offset = answer.offset;
    answer.set_body(std::move(bytes));
    answer.offset = offset;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    if (const std::size_t at = text.find(what); at != std::string::npos) {
        text.replace(at, what.size(), by);
    }
    return text;
}

Result<void> end_after(const std::string& argument, Delivery::End end, Delivery& delivery) {
    BOLTSEAL_TRY(delivery.stop_after, number(argument));
    delivery.end = end;
    return {};
}

// How often the counter in "?page=N" has been turned.
std::uint64_t page_of(const std::string& target) {
    const std::size_t at = target.rfind("page=");
    return at == std::string::npos ? 0 : std::stoull("0" + target.substr(at + 5));
}

const std::map<std::string, Apply>& all_faults() {
    static const std::map<std::string, Apply> faults = {
        {"honest", [](const auto&, const auto&, auto, auto&, auto&) -> Result<void> { return {}; }},
        {"status",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t status, number(text));
             answer.status = static_cast<int>(status);
             answer.set_body(R"({"errors":[]})");
             return {};
         }},
        {"header",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             const std::size_t colon = text.find(": ");
             if (colon == std::string::npos) return bad(text);
             answer.set_header(text.substr(0, colon), text.substr(colon + 2));
             return {};
         }},
        {"drop",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             answer.drop_header(text);
             return {};
         }},
        {"body",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const Buffer bytes, read_file(text, kMaxBody));
             answer.set_body(std::string(as_text(bytes)));
             return {};
         }},
        {"flip",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t at, number(text));
             flip(answer, at, 0);
             return {};
         }},
        {"flip-every",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t step, number(text));
             if (step == 0) return bad(text);
             flip(answer, step / 2, step);
             return {};
         }},
        {"whole",
         [](const auto&, const auto&, auto whole, auto& answer, auto&) -> Result<void> {
             answer.status = 200;
             answer.drop_header("Content-Range");
             answer.body = whole;
             answer.offset = 0;
             answer.set_header("Content-Length", std::to_string(whole.size()));
             return {};
         }},
        {"shift",
         [](const auto& text, const auto&, auto whole, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t by, number(text));
             const std::size_t size = answer.body.size();
             std::string bytes(whole.substr(std::min(answer.offset + by, whole.size()), size));
             bytes.resize(size, 'x');
             const std::uint64_t offset = answer.offset;
             answer.set_body(std::move(bytes));
             answer.offset = offset;
             return {};
         }},
        {"piece",
         [](const auto& text, const auto&, auto whole, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t most, number(text));
             if (answer.status != 206 || answer.body.size() <= most || most == 0) return {};
             answer.body = answer.body.substr(0, most);
             answer.set_header("Content-Length", std::to_string(most));
             answer.set_header("Content-Range", "bytes " + std::to_string(answer.offset) + "-" +
                                                    std::to_string(answer.offset + most - 1) + "/" +
                                                    std::to_string(whole.size()));
             return {};
         }},
        {"length",
         [](const auto& text, const auto&, auto, auto& answer, auto& delivery) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t length, number(text));
             answer.set_header("Content-Length", std::to_string(length));
             if (length < answer.body.size()) answer.body = answer.body.substr(0, length);
             if (length > answer.body.size()) delivery.end = Delivery::End::Close;
             return {};
         }},
        {"close",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             return end_after(text, Delivery::End::Close, delivery);
         }},
        {"reset",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             return end_after(text, Delivery::End::Reset, delivery);
         }},
        {"stall",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             return end_after(text, Delivery::End::Stall, delivery);
         }},
        {"rate",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             BOLTSEAL_TRY(delivery.rate, number(text));
             return {};
         }},
        {"head-rate",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             BOLTSEAL_TRY(delivery.head_rate, number(text));
             return {};
         }},
        {"total-rate",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             BOLTSEAL_TRY(delivery.total_rate, number(text));
             return {};
         }},
        {"endless",
         [](const auto&, const auto&, auto, auto& answer, auto& delivery) -> Result<void> {
             answer.drop_header("Content-Length");
             delivery.endless = true;
             delivery.end = Delivery::End::Close;
             return {};
         }},
        {"at-most",
         [](const auto& text, const auto&, auto, auto&, auto& delivery) -> Result<void> {
             BOLTSEAL_TRY(delivery.at_most, number(text));
             return {};
         }},
        {"flood",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t count, number(text));
             for (std::uint64_t i = 0; i < count; ++i) {
                 answer.headers.emplace_back("X-" + std::to_string(i), "y");
             }
             return {};
         }},
        {"wide",
         [](const auto& text, const auto&, auto, auto& answer, auto&) -> Result<void> {
             BOLTSEAL_TRY(const std::uint64_t size, number(text));
             answer.set_header("X-Wide", std::string(size, 'y'));
             return {};
         }},
        {"pages",
         [](const auto&, const auto& request, auto, auto& answer, auto&) -> Result<void> {
             const std::string path = request.target.substr(0, request.target.find('?'));
             answer.set_header("Link", "<" + path +
                                           "?page=" + std::to_string(page_of(request.target) + 1) +
                                           ">; rel=\"next\"");
             return {};
         }},
        {"redirect",
         [](const auto& text, const auto& request, auto, auto& answer, auto&) -> Result<void> {
             answer.status = 307;
             answer.set_header("Location", replaced(text, "{target}", request.target));
             answer.set_body("");
             return {};
         }},
    };
    return faults;
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::string_view text) {
    std::vector<Rule> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        BOLTSEAL_TRY(Rule rule, parse_rule(line));
        for (const Fault& fault : rule.faults) {
            if (!all_faults().contains(fault.name)) return bad(std::string(line));
        }
        out.push_back(std::move(rule));
    }
    return out;
}

bool matches(std::string_view pattern, std::string_view text) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    pattern.remove_prefix(star + 1);
    for (std::size_t at = star; at <= text.size(); ++at) {
        if (matches(pattern, text.substr(at))) return true;
    }
    return false;
}

std::vector<Fault> Rules::find(const Request& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Rule& rule : rules_) {
        if (rule.uses == 0 || !matches(rule.method, request.method)) continue;
        if (!matches(rule.target, request.target)) continue;
        if (rule.uses > 0) --rule.uses;
        return rule.faults;
    }
    return {};
}

Result<void> apply(const Fault& fault, const Request& request, std::string_view whole,
                   Answer& answer, Delivery& delivery) {
    return all_faults().at(fault.name)(fault.argument, request, whole, answer, delivery);
}

}  // namespace boltseal::hostile
