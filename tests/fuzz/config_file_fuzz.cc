// Every argument that comes out is an option with its value in one word.
#include "cli/config_file.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const KnownOptions known{[](const std::string& name) {
                                 if (name == "raw") return OptionKind::Flag;
                                 if (name == "proxy") return OptionKind::Values;
                                 return name == "dir" ? OptionKind::Value : OptionKind::Unknown;
                             },
                             {}};
    const auto arguments = config_arguments(input, known);
    if (!arguments) {
        LAW(arguments.error().fault() == Fault::Config);
        return;
    }
    for (const std::string& word : *arguments) {
        LAW(word == "--raw" || word.starts_with("--dir=") || word.starts_with("--proxy="));
    }
}
