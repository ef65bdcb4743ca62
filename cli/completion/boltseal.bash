# bash completion for boltseal, boltseal-verify and boltseal-log. tests/cli/completion.txt checks it against --help.

_boltseal_commands() {  # PROGRAM
    case $1 in
        boltseal) echo keygen sign attest verify pull push copy save load tree proof log recheck bundle cache policy inspect version ;;
        boltseal-verify) echo bundle lint proof recheck policy inspect version ;;
        boltseal-log) echo init serve signer token tsa fsck export restore witness version ;;
    esac
}

_boltseal_verifier() {
    echo --key --log-key --witness-policy --trusted-root --certificate-identity --certificate-identity-regexp \
        --certificate-oidc-issuer --certificate-oidc-issuer-regexp --strict --insecure-no-log --insecure-ignore-sct \
        --insecure-accept-promise --type --transcript --json
}

_boltseal_signer() {
    echo --key --passphrase-fd --fulcio --identity-token --log --log-key --no-log --tsa --trusted-root --signing-config
}

_boltseal_log() {
    echo --log --log-key --witness-policy --trusted-root --json
}

_boltseal_registry() {
    echo --insecure-registry --hosts-dir --ca-file --client-cert --client-key
}

_boltseal_fetch() {
    echo --mirror --connections --deadline --limit-rate --cache --cache-size --no-cache --reuse
}

_boltseal_options() {  # PROGRAM COMMAND
    case $1:$2 in
        boltseal:keygen) echo -o --output-prefix --type --passphrase-fd --json ;;
        boltseal:sign)
            echo "$(_boltseal_signer)" "$(_boltseal_registry)" --bundle --statement --only-index --chunks --json ;;
        boltseal:attest)
            echo "$(_boltseal_signer)" "$(_boltseal_registry)" --predicate --type --bundle --json ;;
        boltseal:verify)
            echo "$(_boltseal_verifier)" --log --state "$(_boltseal_registry)" --mirror-tags --bundle \
                --policy --repository --platform ;;
        boltseal:pull)
            echo "$(_boltseal_verifier)" --log --state "$(_boltseal_registry)" --mirror-tags --policy --repository \
                "$(_boltseal_fetch)" -o --output --platform --verify-only --no-verify ;;
        boltseal:copy)
            echo "$(_boltseal_verifier)" --log --state "$(_boltseal_registry)" --mirror-tags --policy --repository \
                "$(_boltseal_fetch)" --platform --no-referrers ;;
        boltseal:save)
            echo "$(_boltseal_verifier)" --log --state "$(_boltseal_registry)" --mirror-tags --policy --repository \
                "$(_boltseal_fetch)" -o --output --platform --valid-for --no-verify ;;
        boltseal:load)
            echo "$(_boltseal_verifier)" --log --state "$(_boltseal_registry)" --policy --repository \
                --platform --max-age --no-referrers --no-verify ;;
        boltseal:push) echo "$(_boltseal_registry)" --json ;;
        boltseal:tree) echo "$(_boltseal_registry)" --mirror-tags --json ;;
        boltseal:bundle | boltseal:cache | boltseal:log) ;;
        boltseal:"cache list") echo --cache --json ;;
        boltseal:"cache prune") echo --cache --to --json ;;
        boltseal:"log submit") echo "$(_boltseal_log)" --key --raw -o --out ;;
        boltseal:"log prove") echo "$(_boltseal_log)" --key --index --leaf-hash -o --out ;;
        boltseal:"log find") echo "$(_boltseal_log)" --digest --subject --key --identity ;;
        boltseal:"log check") echo "$(_boltseal_log)" --state ;;
        boltseal:"log monitor")
            echo --log --log-key --witness-policy --trusted-root --state --watch-identity --watch-key --known \
                --max-age --once --interval --webhook --command ;;
        boltseal:"log tail") echo "$(_boltseal_log)" --from --follow ;;
        boltseal:"bundle verify" | boltseal-verify:bundle)
            echo "$(_boltseal_verifier)" --bundle --batch --jobs ;;
        boltseal-log:init) echo --dir --origin --url ;;
        boltseal-log:serve)
            echo --dir --listen --signer --raw --max-wait --allow --rate --burst --trusted-proxy --audit \
                --metrics --log-format --config --witness-policy --witness-timeout ;;
        boltseal-log:token) ;;
        boltseal-log:"token create") echo --dir --name --days ;;
        boltseal-log:"token list") echo --dir ;;
        boltseal-log:"token revoke") echo --dir --name ;;
        boltseal-log:tsa) echo --dir ;;
        boltseal-log:signer) echo --dir --socket --connection ;;
        boltseal-log:fsck) echo --dir --log --log-key --witness-policy --trusted-root ;;
        boltseal-log:export) echo --dir --log --log-key --witness-policy --trusted-root -o --out ;;
        boltseal-log:restore) echo --dir --mirror --witness-policy --witness-timeout ;;
        boltseal-log:witness | boltseal-log:version) ;;
        boltseal-log:"witness init") echo --dir --name ;;
        boltseal-log:"witness serve") echo --dir --listen --logs ;;
        *:proof) echo --proof --log-key --witness-policy --leaf-hash --json ;;
        *:recheck) echo --artifact --json ;;
        *:"bundle lint" | *:lint | *:policy | *:inspect | *:version) echo --json ;;
        *:) echo --version ;;
    esac
    echo -h --help
}

# What may stand behind an option: "files", "folders", words, or nothing that is known here.
_boltseal_values() {  # COMMAND OPTION
    case $2 in
        --key | --log-key | --witness-policy | --trusted-root | --policy | --bundle | --predicate | --proof | \
            --transcript | --artifact | --batch | --allow | --audit | --config | --ca-file | \
            --logs | --watch-key | --known) echo files ;;
        --state | --dir | --output | --hosts-dir | --cache | --reuse) echo folders ;;
        --out)
            case $1 in
                export) echo folders ;;
                *) echo files ;;
            esac ;;
        -o)
            case $1 in
                pull | export) echo folders ;;
                save | log*) echo files ;;
            esac ;;
        --type)
            if [ "$1" = keygen ]; then
                echo ecdsa-p256 ecdsa-p384 ecdsa-p521 ed25519
            else
                echo cyclonedx spdxjson slsaprovenance slsaprovenance1 openvex vuln custom chunks
            fi ;;
        --chunks) echo large all none ;;
        --log-format) echo text logfmt json ;;
        --platform) echo linux/amd64 linux/arm64 linux/arm/v7 linux/ppc64le linux/riscv64 linux/s390x ;;
    esac
}

_boltseal() {
    local program=${1##*/} word=$2 previous=$3 command='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != -* ]] || continue
        command=${command:+$command }${COMP_WORDS[i]}
        case "$program $command" in
            'boltseal bundle' | 'boltseal cache' | 'boltseal log' | 'boltseal-log token' | 'boltseal-log witness') ;;  # whose own commands follow
            *) break ;;
        esac
    done
    COMPREPLY=()
    # Flags have nothing behind them but the next word.
    case $previous in
        --json | --no-log | --insecure-no-log | --insecure-ignore-sct | --insecure-accept-promise | --strict | \
            --only-index | --mirror-tags | --no-cache | --no-verify | --verify-only | --no-referrers | --follow | --raw | --once | \
            -h | --help | --version) ;;
        -*)
            local values
            values=$(_boltseal_values "$command" "$previous")
            case $values in
                files) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
                folders) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
                *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word") ;;
            esac
            return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_boltseal_options "$program" "$command")" -- "$word")
    elif [ -z "$command" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_boltseal_commands "$program")" -- "$word")
    elif [ "$program $command" = 'boltseal bundle' ]; then
        mapfile -t COMPREPLY < <(compgen -W 'verify lint' -- "$word")
    elif [ "$program $command" = 'boltseal cache' ]; then
        mapfile -t COMPREPLY < <(compgen -W 'list prune' -- "$word")
    elif [ "$program $command" = 'boltseal log' ]; then
        mapfile -t COMPREPLY < <(compgen -W 'submit prove find check tail monitor' -- "$word")
    elif [ "$program $command" = 'boltseal-log token' ]; then
        mapfile -t COMPREPLY < <(compgen -W 'create list revoke' -- "$word")
    elif [ "$program $command" = 'boltseal-log witness' ]; then
        mapfile -t COMPREPLY < <(compgen -W 'init serve' -- "$word")
    elif [ "$program" != boltseal-log ] && [ "$command" != keygen ] && [ "$command" != version ]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -o filenames -F _boltseal boltseal boltseal-verify boltseal-log
