# What --help lists, for the scripts that compare it with what is written elsewhere. All have -h and --help, so these
# are left out.

help_options() {  # PROGRAM [COMMAND]
    "$@" --help | sed -n 's/^  \(-[-a-zA-Z,]*\).*/\1/p' | tr , '\n' | without_help
}

without_help() {
    grep -vx -e -h -e --help | sort -u
}

help_commands() {  # PROGRAM
    "$1" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p'
}

help_variables() {  # PROGRAM COMMAND
    "$@" --help | sed -n 's/.*(Env:\([A-Z_]*\)).*/\1/p' | sort -u
}

# Compares the options of all commands with what this prints for PROGRAM and COMMAND, which is empty for PROGRAM itself.
compare_options() {  # FUNCTION
    for program in boltseal boltseal-verify boltseal-log; do
        for of in '' $(help_commands $program); do
            help_options $program $of >"$program-$of.help"
            "$1" $program $of | without_help >"$program-$of.found"
            diff --label "$program $of --help" --label "$1" -U0 "$program-$of.help" "$program-$of.found" || true
        done
    done
}
