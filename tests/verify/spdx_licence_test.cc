#include "verify/spdx_licence.h"

#include "core/bytes.h"
#include "tests/check.h"

using namespace boltseal;

namespace {

bool allowed(const std::string& expression, const std::vector<std::string>& licences) {
    return AllowedLicences::from(licences).value().allow(
        LicenceExpression::parse(expression).value());
}

}  // namespace

TEST_CASE("what is allowed satisfies an expression", "[spdx_licence]") {
    struct Row {
        std::string expression;
        std::vector<std::string> enough;
        std::vector<std::string> not_enough;
    };
    const auto row = GENERATE(values<Row>({
        {"MIT", {"MIT"}, {"ISC", "MIT-0", "MI"}},
        {"MIT AND ISC", {"MIT", "ISC"}, {"MIT"}},
        {"MIT OR ISC", {"ISC"}, {"Zlib"}},
        {"MIT OR ISC AND Zlib", {"MIT"}, {"ISC"}},
        {"MIT OR ISC AND Zlib", {"ISC", "Zlib"}, {"Zlib"}},
        {"ISC AND Zlib OR MIT", {"MIT"}, {"ISC"}},
        {"(MIT OR ISC) AND Zlib", {"MIT", "Zlib"}, {"MIT"}},
        {"(MIT OR ISC) AND Zlib", {"ISC", "Zlib"}, {"MIT", "ISC"}},
        {"((MIT))", {"MIT"}, {}},
        {"Apache-2.0+", {"Apache-2.0"}, {"Apache-1.1"}},
        {"Apache-2.0+", {"Apache-2.0+"}, {}},
        {"Apache-2.0", {"Apache-2.0"}, {"Apache-2.0+"}},
        {"GPL-2.0-or-later", {"GPL-2.0-or-later"}, {"GPL-2.0-only", "GPL-3.0-or-later"}},
        {"GPL-2.0-only WITH Classpath-exception-2.0",
         {"GPL-2.0-only WITH Classpath-exception-2.0"},
         {"GPL-2.0-only WITH GCC-exception-2.0", "Classpath-exception-2.0"}},
        {"GPL-2.0-only WITH Classpath-exception-2.0", {"GPL-2.0-only"}, {}},
        {"GPL-2.0-only", {}, {"GPL-2.0-only WITH Classpath-exception-2.0"}},
        {"GPL-2.0+ WITH Bison-exception-2.2", {"GPL-2.0 WITH Bison-exception-2.2"}, {"GPL-3.0"}},
        {"GPL-2.0+ WITH Bison-exception-2.2", {"GPL-2.0"}, {}},
        {"mit", {"MIT"}, {}},
        {"MIT", {"mit"}, {}},
        {"LicenseRef-x", {"LicenseRef-x"}, {"LicenseRef-X", "x"}},
        {"DocumentRef-a:LicenseRef-x", {"DocumentRef-a:LicenseRef-x"}, {"LicenseRef-x"}},
    }));
    CAPTURE(row.expression);
    if (!row.enough.empty()) REQUIRE(allowed(row.expression, row.enough));
    REQUIRE_FALSE(allowed(row.expression, row.not_enough));
    REQUIRE_FALSE(allowed(row.expression, {}));
}

TEST_CASE("an expression that was not made is not allowed", "[spdx_licence]") {
    REQUIRE_FALSE(AllowedLicences::from({"MIT"}).value().allow(LicenceExpression()));
    REQUIRE_FALSE(AllowedLicences().allow(LicenceExpression::parse("MIT").value()));
}

TEST_CASE("an expression names its licences", "[spdx_licence]") {
    const auto licences =
        LicenceExpression::parse("(MIT OR GPL-2.0+ WITH e-1)AND LicenseRef-a AND MIT")
            .value()
            .licences();
    REQUIRE(licences == std::vector<Licence>{{"MIT", false, {}},
                                             {"GPL-2.0", true, "e-1"},
                                             {"LicenseRef-a", false, {}},
                                             {"MIT", false, {}}});
    REQUIRE(to_string(licences[1]) == "GPL-2.0+ WITH e-1");
}

TEST_CASE("licence expressions are refused for the right reason", "[spdx_licence]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const std::string deep = std::string(33, '(') + "MIT" + std::string(33, ')');
    std::string many = "MIT";
    for (int i = 0; i < 1024; ++i) many += " OR MIT";
    const auto row = GENERATE_COPY(values<Row>({
        {"", "ends too early"},
        {"  ", "ends too early"},
        {"MIT AND", "ends too early"},
        {"(MIT", "ends too early"},
        {"MIT WITH", "ends too early"},
        {"AND MIT", "'AND' is not expected"},
        {"MIT AND OR ISC", "'OR' is not expected"},
        {"MIT ISC", "'ISC' is not expected"},
        {"MIT)", "')' is not expected"},
        {"()", "')' is not expected"},
        {"MIT (ISC)", "'(' is not expected"},
        {"MIT and ISC", "'and' is not expected"},
        {"MIT\tAND ISC", printable("MIT\tAND") + " is not expected"},
        {"MIT,ISC", "'MIT,ISC' is not expected"},
        {"MIT +", "'+' is not expected"},
        {"+", "'+' is not expected"},
        {"MIT++", "'MIT++' is not expected"},
        {"MIT WITH AND", "'AND' is not expected"},
        {"MIT WITH (a)", "'(' is not expected"},
        {"MIT WITH a WITH b", "'WITH' is not expected"},
        {"(MIT OR ISC) WITH a", "'WITH' is not expected"},
        {"LicenseRef-a+", "'LicenseRef-a+' is not expected"},
        {"LicenseRef-", "'LicenseRef-' is not expected"},
        {"DocumentRef-a", "'DocumentRef-a' is not expected"},
        {"DocumentRef-:LicenseRef-a", "'DocumentRef-:LicenseRef-a' is not expected"},
        {"DocumentRef-a:MIT", "'DocumentRef-a:MIT' is not expected"},
        {"x:LicenseRef-a", "'x:LicenseRef-a' is not expected"},
        {deep, "more than 32 parentheses in one another"},
        {many, "more than 1024 licences"},
        {std::string(16385, 'a'), "longer than 16384 bytes"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(LicenceExpression::parse(row.text),
                    "licence expression " + printable(row.text) + ": " + row.why);
    REQUIRE_FAULT(LicenceExpression::parse(row.text), Fault::Malformed);
    REQUIRE_OK(LicenceExpression::parse(deep.substr(1, deep.size() - 2)));
    REQUIRE_OK(LicenceExpression::parse(many.substr(7)));
    REQUIRE_OK(LicenceExpression::parse(std::string(16384, 'a')));
}

TEST_CASE("a list of allowed licences is of single ones", "[spdx_licence]") {
    REQUIRE_REFUSED(AllowedLicences::from({"MIT", "MIT OR ISC"}),
                    "licence 'MIT OR ISC' is not one licence");
    REQUIRE_FAULT(AllowedLicences::from({"MIT OR ISC"}), Fault::Config);
    REQUIRE_REFUSED(AllowedLicences::from({"no licence"}),
                    "licence expression 'no licence': 'licence' is not expected");
    REQUIRE_FAULT(AllowedLicences::from({"no licence"}), Fault::Config);
}
