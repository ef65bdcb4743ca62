#include "cli/log_writers.h"

#include <unistd.h>

namespace boltseal {

namespace {

constexpr std::size_t kMaxRate = 1'000'000;

Result<RateLimit> make_rate(const WriterOptions& options) {
    if (options.rate > kMaxRate || options.burst == 0 || options.burst > kMaxRate) {
        return Error(Fault::Config, "'--rate' and '--burst' are numbers from 1 to 1000000");
    }
    RateLimit limit;
    limit.per_second = static_cast<std::uint32_t>(options.rate);
    limit.burst = static_cast<std::uint32_t>(options.burst);
    return limit;
}

}  // namespace

void add_writer_options(Command& cmd, WriterOptions& options) {
    cmd.add_option("--allow", options.allow, "List of the keys and identities that may write")
        .type_name("FILE");
    cmd.add_option("--rate", options.rate, "Entries a second that one client may write");
    cmd.add_option("--burst", options.burst, "With --rate: entries at once, after a pause")
        .capture_default_str();
    cmd.add_option("--trusted-proxy", options.trusted_proxies,
                   "Addresses of the web server in front, whose X-Forwarded-For names the client")
        .type_name("CIDR")
        .allow_extra_args(false);
    cmd.add_option("--audit", options.audit,
                   "File that gets a line for each write; '-' is standard error")
        .type_name("FILE");
}

std::filesystem::path token_folder(const std::filesystem::path& directory) {
    return directory / "tokens";
}

Result<WriteRules> make_write_rules(const WriterOptions& options,
                                    const std::filesystem::path& directory, bool raw) {
    WriteRules rules;
    if (!options.allow.empty()) {
        if (raw) {
            return Error(Fault::Config,
                         "'--allow' and '--raw' exclude each other: bytes of any kind have no key "
                         "that could be allowed");
        }
        BOLTSEAL_TRY(rules.allowed, AllowList::load(options.allow));
    }
    if (options.rate != 0) {
        BOLTSEAL_TRY(rules.rate, make_rate(options));
    }
    for (const std::string& range : options.trusted_proxies) {
        BOLTSEAL_TRY(IpRange parsed, parse_ip_range(range));
        rules.trusted_proxies.push_back(parsed);
    }
    BOLTSEAL_TRY(rules.tokens, TokenFolder::open(token_folder(directory)));
    if (options.audit == "-") {
        rules.audit = std::make_unique<AuditLog>(STDERR_FILENO);
    } else if (!options.audit.empty()) {
        BOLTSEAL_TRY(rules.audit, AuditLog::open(options.audit));
    }
    return rules;
}

}  // namespace boltseal
