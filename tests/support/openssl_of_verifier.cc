// Where BOLTSEAL_TEST_OPENSSL is set, the tests of this program run with OpenSSL as boltseal-verify
// has it.
#include "cli/openssl_start.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include <cstdlib>
#include <stdexcept>

namespace {

class StartOpenssl : public Catch::EventListenerBase {
public:
    using EventListenerBase::EventListenerBase;

    void testRunStarting(const Catch::TestRunInfo&) override {
        if (!std::getenv("BOLTSEAL_TEST_OPENSSL")) return;
        if (!boltseal::start_openssl_to_verify()) throw std::runtime_error("OpenSSL cannot start");
    }
};
CATCH_REGISTER_LISTENER(StartOpenssl)

}  // namespace
