#include "registry-client/range_answer.h"

#include <charconv>

namespace boltseal {

namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop == text.data()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return value;
}

bool take(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

Error wrong(const std::string& why) {
    return Error(Fault::Malformed, "the answer to a range request " + why);
}

std::string to_text(Extent extent) {
    return std::to_string(extent.from) + "-" + std::to_string(extent.to - 1);
}

// If it says how long it is.
Result<void> check_length(const Response& head, std::uint64_t size) {
    const std::string* length = head.header("content-length");
    if (length == nullptr) return {};
    std::string_view text = *length;
    const auto value = take_number(text);
    if (!value || !text.empty() || *value == size) return {};
    return wrong("has " + std::to_string(*value) + " bytes, expected " + std::to_string(size));
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view value) {
    if (!take(value, "bytes ")) return std::nullopt;
    const auto first = take_number(value);
    if (!first || !take(value, "-")) return std::nullopt;
    const auto last = take_number(value);
    if (!last || *last < *first || *last == UINT64_MAX || !take(value, "/")) return std::nullopt;
    ContentRange out{{*first, *last + 1}, std::nullopt};
    if (value == "*") return out;
    out.total = take_number(value);
    if (!out.total || !value.empty() || *out.total < out.extent.to) return std::nullopt;
    return out;
}

Result<Extent> check_range_answer(const Response& head, Extent asked, std::uint64_t size) {
    const std::string* encoding = head.header("content-encoding");
    if (encoding != nullptr && *encoding != "identity") return wrong("is encoded");
    if (head.status == 200) {
        BOLTSEAL_CHECK(check_length(head, size));
        return Extent{0, size};
    }
    if (head.status != 206) {
        return wrong("has status " + std::to_string(head.status) + ", expected 206");
    }
    const std::string* value = head.header("content-range");
    const auto range = value == nullptr ? std::nullopt : parse_content_range(*value);
    if (!range) return wrong("does not say which bytes it has");
    if (range->extent.from != asked.from || range->extent.to > asked.to) {
        return wrong("has bytes " + to_text(range->extent) + ", expected " + to_text(asked));
    }
    if (range->total && *range->total != size) {
        return wrong("is of a blob of " + std::to_string(*range->total) + " bytes, expected " +
                     std::to_string(size));
    }
    auto length = check_length(head, range->extent.size());
    if (!length) return std::move(length).error().as(Fault::Integrity);  // cut short on its way
    return range->extent;
}

}  // namespace boltseal
