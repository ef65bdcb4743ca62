// Json as text: for people, for programs, and as RFC 8785 has it. Parsing is in core/json.cc.
#include "core/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace boltseal {

namespace {

bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// What stands for a character that cannot stand for itself.
void write_escaped(std::string& out, char c) {
    static constexpr std::string_view kHexDigits = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += kHexDigits[static_cast<unsigned char>(c) >> 4];
            out += kHexDigits[static_cast<unsigned char>(c) & 15];
    }
}

void write_string(std::string& out, std::string_view text) {
    out += '"';
    for (auto next = text.begin(); next != text.end();) {
        const auto escaped = std::find_if_not(next, text.end(), is_plain);
        out.append(next, escaped);
        next = escaped;
        if (next != text.end()) write_escaped(out, *next++);
    }
    out += '"';
}

// ECMA-262 section 6.1.6.1.20, Number::toString; n and k are its names: the value is the k digits
// times 10^(n-k).
void write_double(std::string& out, double value) {
    if (value == 0) {  // -0 as well
        out += '0';
        return;
    }
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    std::string_view shortest(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
    if (shortest.starts_with('-')) {
        out += '-';
        shortest.remove_prefix(1);
    }
    const std::size_t e = shortest.find('e');
    int exponent = 0;
    const char* first = shortest.data() + e + (shortest[e + 1] == '+' ? 2 : 1);
    std::from_chars(first, shortest.data() + shortest.size(), exponent);
    std::string digits(shortest.substr(0, e));
    std::erase(digits, '.');
    const int k = static_cast<int>(digits.size());
    const int n = exponent + 1;
    if (k <= n && n <= 21) {
        out += digits + std::string(static_cast<std::size_t>(n - k), '0');
    } else if (0 < n && n <= 21) {
        out += digits.insert(static_cast<std::size_t>(n), 1, '.');
    } else if (-6 < n && n <= 0) {
        out += "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
    } else {
        if (k > 1) digits.insert(1, 1, '.');
        out += digits + 'e' + (n > 0 ? '+' : '-') + std::to_string(std::abs(n - 1));
    }
}

// UTF-16 code units of valid UTF-8, big-endian: RFC 8785 section 3.2.3 sorts by them, and a code
// point above U+FFFF, being two surrogates, sorts before U+E000.
std::u16string utf16(std::string_view text) {
    std::u16string units;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
            point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        }
        i += length;
        if (point < 0x10000) {
            units += static_cast<char16_t>(point);
        } else {
            units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
            units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
        }
    }
    return units;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool sorts_before(const Json::Member* a, const Json::Member* b) {
    if (is_ascii(a->first) && is_ascii(b->first)) return a->first < b->first;
    return utf16(a->first) < utf16(b->first);
}

enum class Form { Plain, Pretty, Canonical };

class Printer {
public:
    explicit Printer(Form form) : form_(form) {}

    std::string print(const Json& value) {
        write(value, 0);
        return std::move(out_);
    }

private:
    void write(const Json& value, std::size_t depth) {
        if (const auto* object = value.as_object()) return write_object(*object, depth);
        if (const auto* array = value.as_array()) return write_array(*array, depth);
        if (const auto* text = value.as_string()) return write_string(out_, *text);
        if (const auto* boolean = value.as_bool()) {
            out_ += *boolean ? "true" : "false";
        } else if (const auto integer = value.as_uint()) {
            out_ += std::to_string(*integer);
        } else if (const auto negative = value.as_int()) {
            out_ += std::to_string(*negative);
        } else if (const auto* number = value.as_double()) {
            write_number(*number);
        } else {
            out_ += "null";
        }
    }

    // Only RFC 8785 wants 1 for 1.0; elsewhere a double stays one when it is read again.
    void write_number(double number) {
        const std::size_t start = out_.size();
        write_double(out_, number);
        const bool bare = out_.find_first_of(".e", start) == std::string::npos;
        if (form_ != Form::Canonical && bare) out_ += ".0";
    }

    void write_object(const Json::Object& object, std::size_t depth) {
        std::vector<const Json::Member*> members;
        for (const Json::Member& member : object) members.push_back(&member);
        if (form_ == Form::Canonical) std::ranges::sort(members, sorts_before);
        out_ += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            start_item(i, depth);
            write_string(out_, members[i]->first);
            out_ += form_ == Form::Pretty ? ": " : ":";
            write(members[i]->second, depth + 1);
        }
        end_items(members.size(), depth);
        out_ += '}';
    }

    void write_array(const Json::Array& array, std::size_t depth) {
        out_ += '[';
        for (std::size_t i = 0; i < array.size(); ++i) {
            start_item(i, depth);
            write(array[i], depth + 1);
        }
        end_items(array.size(), depth);
        out_ += ']';
    }

    void start_item(std::size_t index, std::size_t depth) {
        if (index > 0) out_ += ',';
        if (form_ == Form::Pretty) out_ += '\n' + std::string(2 * (depth + 1), ' ');
    }

    void end_items(std::size_t count, std::size_t depth) {
        if (form_ == Form::Pretty && count > 0) out_ += '\n' + std::string(2 * depth, ' ');
    }

    Form form_;
    std::string out_;
};

}  // namespace

std::string to_json(const Json& value) {
    return Printer(Form::Plain).print(value);
}

std::string to_pretty_json(const Json& value) {
    return Printer(Form::Pretty).print(value) + '\n';
}

std::string to_canonical_json(const Json& value) {
    return Printer(Form::Canonical).print(value);
}

}  // namespace boltseal
