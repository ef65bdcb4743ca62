#include "core/result.h"

namespace boltseal {

Error::Error(Fault fault, std::string message) : fault_(fault), story_(std::make_unique<Story>()) {
    story_->message = std::move(message);
}

Error::Error(const Error& other)
    : fault_(other.fault_), story_(std::make_unique<Story>(*other.story_)) {}

Error& Error::operator=(const Error& other) {
    return *this = Error(other);
}

Error::Error(Error&&) noexcept = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

const std::string& Error::message() const {
    return story_->message;
}

const std::string& Error::hint() const {
    return story_->hint;
}

const std::string& Error::expected() const {
    return story_->expected;
}

const std::string& Error::found() const {
    return story_->found;
}

Error&& Error::context(const std::string& doing) && {
    story_->message.insert(0, doing + ": ");
    return std::move(*this);
}

Error&& Error::as(Fault fault) && {
    fault_ = fault;
    return std::move(*this);
}

Error&& Error::with_hint(std::string hint) && {
    story_->hint = std::move(hint);
    return std::move(*this);
}

Error&& Error::comparing(std::string expected, std::string found) && {
    story_->expected = std::move(expected);
    story_->found = std::move(found);
    return std::move(*this);
}

}  // namespace boltseal
