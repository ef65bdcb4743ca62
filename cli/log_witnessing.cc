#include "cli/log_witnessing.h"

#include "cli/trust_options.h"
#include "transparency/head_file.h"
#include "transparency/witnessed_publication.h"

namespace boltseal {

namespace {

Result<std::unique_ptr<HeadStore>> open_shown(const std::filesystem::path& path) {
    auto file = HeadFile::open(path);
    if (!file && file.error().fault() == Fault::Missing) {
        BOLTSEAL_CHECK(HeadFile::create(path, kMaxCosignedNote));
        file = HeadFile::open(path);
    }
    if (!file) return std::move(file).error();
    return std::unique_ptr<HeadStore>(*std::move(file));
}

}  // namespace

void add_witnessing_options(Command command, WitnessingOptions& options) {
    command
        .add_option("--witness-policy", options.policy,
                    "Publish only what a quorum of these witnesses has cosigned (C2SP tlog-policy)")
        .type_name("FILE");
    command
        .add_option("--witness-timeout", options.seconds,
                    "Seconds to wait for the quorum before those who wait are turned away")
        .between(1, 600)
        .capture_default_str();
}

Result<WitnessClient> make_witness_client(const WitnessingOptions& options,
                                          const WitnessPolicy& policy, const NoteKey& log,
                                          WitnessClient::Tell tell) {
    WitnessPatience patience;
    patience.quorum = std::chrono::seconds(options.seconds);
    auto client = WitnessClient::make(policy, log, patience, std::move(tell));
    if (client) return client;
    return std::move(client).error().context("witness policy '" + options.policy.string() + "'");
}

Result<std::unique_ptr<Publication>> ask_witnesses(const WitnessingOptions& options,
                                                   const std::filesystem::path& directory,
                                                   const NoteKey& log, Publication& storage,
                                                   const LogLines& lines) {
    BOLTSEAL_TRY(const WitnessPolicy policy, load_witness_policy(options.policy));
    if (policy.asks_for_none()) return std::unique_ptr<Publication>();
    const auto tell = [&lines](const std::string& line) {
        lines.say("witness", line, {{"message", line}});
    };
    BOLTSEAL_TRY(WitnessClient client, make_witness_client(options, policy, log, tell));
    BOLTSEAL_TRY(auto shown, open_shown(directory / "cosigned"));
    return std::unique_ptr<Publication>(
        std::make_unique<WitnessedPublication>(std::move(client), std::move(shown), storage));
}

}  // namespace boltseal
