// Options of serve that say who may write, and what is kept of it. specs/log-writers.md
#pragma once

#include "cli/command.h"
#include "transparency/write_gate.h"

#include <filesystem>

namespace boltseal {

struct WriterOptions {
    std::filesystem::path allow;
    std::size_t rate = 0;  // no limit
    std::size_t burst = 100;
    std::vector<std::string> trusted_proxies;
    std::string audit;
};

void add_writer_options(Command& cmd, WriterOptions& options);

std::filesystem::path token_folder(const std::filesystem::path& directory);

// Reads and opens what they name. Config if they make no sense together: bytes of any kind have no
// key that could be allowed.
Result<WriteRules> make_write_rules(const WriterOptions& options,
                                    const std::filesystem::path& directory, bool raw);

}  // namespace boltseal
