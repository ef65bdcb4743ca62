// DER (ITU-T X.690 section 10), read from the front: one element after another, each with the tag
// that its place in the structure asks for. What is inside an element is read by another reader, so
// that no input decides how deep we go.
#pragma once

#include "core/digest.h"

#include <initializer_list>
#include <optional>

namespace boltseal {

// The tags of section 8.1.2, as they stand in the first byte.
enum class DerTag : std::uint8_t {
    Boolean = 0x01,
    Integer = 0x02,
    BitString = 0x03,
    OctetString = 0x04,
    Null = 0x05,
    Oid = 0x06,
    Utf8String = 0x0C,
    GeneralizedTime = 0x18,
    Sequence = 0x30,
    Set = 0x31,
    Primitive0 = 0x80,  // [0] IMPLICIT of something primitive
    Context0 = 0xA0,    // [0] EXPLICIT, or IMPLICIT of something constructed
    Context1 = 0xA1,
    Context3 = 0xA3,
    Context4 = 0xA4,
};

// One element: all of it, and what is inside.
struct DerElement {
    Bytes whole;
    Bytes content;
};

// Malformed unless tags are of one byte and lengths definite, in their shortest form and within the
// bytes. A read that fails consumes nothing. The bytes must outlive the reader and what it returns.
class DerReader {
public:
    explicit DerReader(Bytes bytes) : rest_(bytes) {}

    bool next_is(DerTag tag) const;
    Result<DerElement> any();                          // whatever comes next
    Result<DerElement> take(DerTag tag);               // Malformed if something else comes next
    Result<std::optional<Bytes>> take_if(DerTag tag);  // the content, if it comes next
    Result<bool> boolean();                            // FF or 00
    Result<void> end() const;                          // Malformed if anything is left

    bool empty() const { return rest_.empty(); }

private:
    Bytes rest_;
};

// Prints an element; the second with these one after another inside. REQUIRES: a content of at most
// 65,535 bytes
Buffer encode_der(DerTag tag, Bytes content);
Buffer encode_der(DerTag tag, std::initializer_list<Bytes> parts);

// The content of the one element that these bytes are.
Result<Bytes> read_der(Bytes bytes, DerTag tag);

// The content of an INTEGER, X.690 section 8.3.2: at least one byte, and none that says nothing.
bool is_shortest_integer(Bytes content);

// An AlgorithmIdentifier, RFC 5280 section 4.1.1.2.
struct DerAlgorithm {
    Bytes oid;         // the content of the OBJECT IDENTIFIER
    Bytes parameters;  // one element, or none
};
Result<DerAlgorithm> take_algorithm(DerReader& in);
// None, or the NULL that stands for none with hashes and RSA.
bool has_no_parameters(const DerAlgorithm& algorithm);

// SHA-256, SHA-384 or SHA-512 without parameters; Untrusted for everything else.
Result<HashAlgorithm> hash_of(const DerAlgorithm& algorithm);

}  // namespace boltseal
