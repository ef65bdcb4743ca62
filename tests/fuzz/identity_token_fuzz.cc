// Whom a token names is in it, and somebody; where it names nobody, it is said why.
#include "tests/fuzz/fuzz.h"
#include "transparency/fulcio_client.h"

using namespace boltseal;

FUZZ(input) {
    const auto subject = subject_of_token(as_text(input));
    if (!subject) {
        LAW(subject.error().fault() == Fault::Malformed);
        LAW(subject.error().message().starts_with("identity token: "));
        return;
    }
    LAW(!subject->empty());
    LAW(subject->size() < input.size());
}
