# fish completion for boltseal, boltseal-verify and boltseal-log. tests/cli/completion.txt checks it against --help.

function __boltseal_add -a program command
    complete -c $program -n "__fish_seen_subcommand_from $command" $argv[3..]
end

function __boltseal_command -a program command description
    complete -c $program -f -n __fish_use_subcommand -a $command -d $description
    __boltseal_add $program $command -s h -l help -d 'Print the options'
end

# Options that several commands share.
function __boltseal_signer -a command
    __boltseal_add boltseal $command -l key -rF -d 'Private key to sign with'
    __boltseal_add boltseal $command -l passphrase-fd -x -d 'Read the passphrase from this descriptor'
    __boltseal_add boltseal $command -l fulcio -x -d 'Certificate authority in place of a key'
    __boltseal_add boltseal $command -l identity-token -rF -d 'OIDC token that says who signs'
    __boltseal_add boltseal $command -l log -x -d 'URL of the log to write to'
    __boltseal_add boltseal $command -l log-key -rF -d 'Key of that log'
    __boltseal_add boltseal $command -l no-log -d 'Write no log entry'
    __boltseal_add boltseal $command -l tsa -x -d 'Authority that is to say when this was signed'
    __boltseal_add boltseal $command -l trusted-root -rF -d 'Sigstore trusted_root.json that names the authorities'
    __boltseal_add boltseal $command -l signing-config -rF -d 'Sigstore signing_config.json that says where they are'
    __boltseal_add boltseal $command -l bundle -rF -d 'For a file: write the bundle here'
end
set -g __boltseal_types cyclonedx spdxjson slsaprovenance slsaprovenance1 openvex vuln custom chunks
function __boltseal_verifier -a program command
    __boltseal_add $program $command -l key -rF -d 'Public key that may have signed'
    __boltseal_add $program $command -l log-key -rF -d 'Key of a log that must prove the entry'
    __boltseal_add $program $command -l witness-policy -rF -d 'Witnesses that must have cosigned the checkpoint'
    __boltseal_add $program $command -l trusted-root -rF -d 'Sigstore trusted_root.json'
    __boltseal_add $program $command -l certificate-identity -x -d 'Who must have signed'
    __boltseal_add $program $command -l certificate-identity-regexp -x -d 'The same as a regular expression'
    __boltseal_add $program $command -l certificate-oidc-issuer -x -d 'Who must vouch for that identity'
    __boltseal_add $program $command -l certificate-oidc-issuer-regexp -x -d 'The same as a regular expression'
    __boltseal_add $program $command -l strict -d 'Refuse what the formats only tolerate'
    __boltseal_add $program $command -l insecure-no-log -d 'Accept signatures that no log has seen'
    __boltseal_add $program $command -l insecure-ignore-sct -d 'Accept certificates that no log has seen'
    __boltseal_add $program $command -l insecure-accept-promise -d 'Accept a log\'s promise without its proof'
    __boltseal_add $program $command -l transcript -rF -d 'Write a record of the verification'
    __boltseal_add $program $command -l type -xa "$__boltseal_types" -d 'Verify an attestation of this type'
end
function __boltseal_by_policy -a command
    __boltseal_add boltseal $command -l policy -rF -d 'Policy file to judge by'
    __boltseal_add boltseal $command -l repository -x -d 'For a layout: what the policy knows it by'
end
function __boltseal_follower -a command
    __boltseal_add boltseal $command -l log -x -d 'URL of the log to ask'
    __boltseal_add boltseal $command -l state -xa '(__fish_complete_directories)' -d 'Folder that remembers logs'
end

for program in boltseal boltseal-verify boltseal-log
    complete -c $program -n __fish_use_subcommand -s h -l help -d 'List the commands'
    complete -c $program -n __fish_use_subcommand -l version -d 'Print the version'
    __boltseal_command $program version 'Print the version'
end

__boltseal_command boltseal keygen 'Make a signing key and its public key'
__boltseal_command boltseal sign 'Sign an image or a file'
__boltseal_command boltseal attest 'Sign a statement about an image'
__boltseal_command boltseal verify 'Verify the signature of an image or a file'
__boltseal_command boltseal pull 'Verify an image, then fetch it'
__boltseal_command boltseal push 'Push an image to a registry'
__boltseal_command boltseal copy 'Copy an image with all that refers to it'
__boltseal_command boltseal save 'Verify an image and put it into one file'
__boltseal_command boltseal load 'Verify a capsule and put its image somewhere'
__boltseal_command boltseal tree 'Show what is attached to an image'
__boltseal_command boltseal proof 'Verify that an entry is in a log'
__boltseal_command boltseal log 'Write to a transparency log, and ask it for proofs'
__boltseal_command boltseal recheck 'Replay the transcript of a verification'
__boltseal_command boltseal bundle 'Verify a file with its bundle, or lint bundles'
__boltseal_command boltseal cache 'Show or empty the cache of blobs that were fetched'
__boltseal_command boltseal policy 'Check, explain or test a policy file'
__boltseal_command boltseal inspect 'Explain a bundle, checkpoint, proof, statement, entry or key'
__boltseal_command boltseal-verify bundle 'Verify a file, or a digest, with its bundle'
__boltseal_command boltseal-verify lint 'List what is odd in bundles'
__boltseal_command boltseal-verify proof 'Verify that an entry is in a log'
__boltseal_command boltseal-verify recheck 'Replay the transcript of a verification'
__boltseal_command boltseal-verify policy 'Check, explain or test a policy file'
__boltseal_command boltseal-verify inspect 'Explain a bundle, checkpoint, proof, statement, entry or key'
__boltseal_command boltseal-log init 'Make a log'
__boltseal_command boltseal-log serve 'Take entries and serve the log'
__boltseal_command boltseal-log signer 'Hold the key and sign the heads of the log'
__boltseal_command boltseal-log token 'Make, list and revoke tokens to write with'
__boltseal_command boltseal-log tsa 'Make a time-stamping authority for a log'
__boltseal_command boltseal-log fsck 'Hash again everything that a log keeps, or shows'
__boltseal_command boltseal-log export 'Write a log as files that any web server can serve'
__boltseal_command boltseal-log restore 'Let a folder that comes from a copy be the log again'
__boltseal_command boltseal-log witness 'Cosign the checkpoints of other logs'

for command in keygen sign attest verify pull push copy save load tree proof recheck policy inspect version
    __boltseal_add boltseal $command -l json -d 'Print JSON'
end
for command in bundle lint proof recheck policy inspect version
    __boltseal_add boltseal-verify $command -l json -d 'Print JSON'
end
__boltseal_add boltseal lint -l json -d 'Print JSON'
for command in sign attest verify pull push copy save load tree
    __boltseal_add boltseal $command -l insecure-registry -x -d 'Speak to this registry without TLS'
    __boltseal_add boltseal $command -l hosts-dir -rF -d 'Mirrors as containerd has them'
    __boltseal_add boltseal $command -l ca-file -rF -d 'Trust these certificates'
    __boltseal_add boltseal $command -l client-cert -x -d 'Show this certificate to the host'
    __boltseal_add boltseal $command -l client-key -x -d 'Its private key'
end
for command in verify pull copy save tree
    __boltseal_add boltseal $command -l mirror-tags -d 'Let mirrors say what a tag is'
end

__boltseal_add boltseal keygen -s o -l output-prefix -r -d 'Write PREFIX.key and PREFIX.pub'
__boltseal_add boltseal keygen -l type -xa 'ecdsa-p256 ecdsa-p384 ecdsa-p521 ed25519' -d 'Kind of key'
__boltseal_add boltseal keygen -l passphrase-fd -x -d 'Read the passphrase from this descriptor'

__boltseal_signer sign
__boltseal_add boltseal sign -l chunks -xa 'large all none' -d 'Whose chunks to list and sign'
__boltseal_add boltseal sign -l statement -d 'The file is an in-toto statement'
__boltseal_add boltseal sign -l only-index -d 'Sign an index without the manifests in it'
__boltseal_signer attest
__boltseal_add boltseal attest -l predicate -rF -d 'JSON file with what is stated'
__boltseal_add boltseal attest -l type -xa "$__boltseal_types" -d 'What kind of statement'

__boltseal_verifier boltseal verify
__boltseal_follower verify
__boltseal_add boltseal verify -l bundle -rF -d 'For a file: its bundle'
__boltseal_by_policy verify
__boltseal_add boltseal verify -l platform -xa 'linux/amd64 linux/arm64 linux/arm/v7' -d 'With a policy: the platform that will run'
__boltseal_verifier boltseal pull
__boltseal_by_policy pull
__boltseal_follower pull
for command in pull copy save
    __boltseal_add boltseal $command -l mirror -x -d 'Fetch layers from there as well'
    __boltseal_add boltseal $command -l connections -x -d 'The most at once'
    __boltseal_add boltseal $command -l deadline -x -d 'Give up after so many seconds'
    __boltseal_add boltseal $command -l limit-rate -x -d 'The most that layers bring in a second'
    __boltseal_add boltseal $command -l cache -xa '(__fish_complete_directories)' -d 'Folder of the cache'
    __boltseal_add boltseal $command -l cache-size -x -d 'The most that the cache may hold'
    __boltseal_add boltseal $command -l no-cache -d 'Use no cache'
    __boltseal_add boltseal $command -l reuse -rF -d 'Take what has not changed from this older image'
end
__boltseal_add boltseal pull -s o -l output -rF -d 'OCI layout to write to'
__boltseal_add boltseal pull -l platform -xa 'linux/amd64 linux/arm64 linux/arm/v7' -d 'Only this platform of an index'
__boltseal_add boltseal pull -l verify-only -d 'Fetch nothing'
for command in copy save load
    __boltseal_verifier boltseal $command
    __boltseal_by_policy $command
    __boltseal_follower $command
    __boltseal_add boltseal $command -l platform -xa 'linux/amd64 linux/arm64 linux/arm/v7' -d 'Only this platform of an index'
end
for command in pull save load
    __boltseal_add boltseal $command -l no-verify -d 'Verify nothing'
end
for command in copy load
    __boltseal_add boltseal $command -l no-referrers -d 'Leave behind what refers to the image'
end
__boltseal_add boltseal save -s o -l output -rF -d 'Capsule to write'
__boltseal_add boltseal save -l valid-for -x -d 'Refuse it after so many days'
__boltseal_add boltseal load -l max-age -x -d 'Refuse it if it is more than so many days old'
__boltseal_add boltseal bundle -n 'not __fish_seen_subcommand_from verify lint' -fa lint -d 'List what is odd in bundles'
__boltseal_add boltseal bundle -n 'not __fish_seen_subcommand_from verify lint' -fa verify -d 'Verify a file with its bundle'
__boltseal_add boltseal cache -n 'not __fish_seen_subcommand_from list prune' -fa list -d 'Show what is there'
__boltseal_add boltseal cache -n 'not __fish_seen_subcommand_from list prune' -fa prune -d 'Remove what has not been used for longest'
for command in list prune
    __boltseal_add boltseal cache -n "__fish_seen_subcommand_from $command" -l json -d 'Print JSON'
    __boltseal_add boltseal cache -n "__fish_seen_subcommand_from $command" -l cache -xa '(__fish_complete_directories)' -d 'Folder of the cache'
end
__boltseal_add boltseal cache -n '__fish_seen_subcommand_from prune' -l to -x -d 'Leave no more than this'
__boltseal_verifier boltseal-verify bundle
__boltseal_add boltseal-verify bundle -l bundle -rF -d 'Bundle to verify with'
__boltseal_add boltseal-verify bundle -l batch -rF -d 'Verify every line of this list'
__boltseal_add boltseal-verify bundle -l jobs -x -d 'With --batch: verify so many at once'

function __boltseal_log -a command description
    __boltseal_add boltseal log -n 'not __fish_seen_subcommand_from submit prove find check tail monitor' -fa $command -d $description
    test $command = monitor; or __boltseal_log_option $command -l json -d 'Print JSON'
    __boltseal_log_option $command -l log -x -d 'URL of the log'
    __boltseal_log_option $command -l log-key -rF -d 'Key of the log'
    __boltseal_log_option $command -l witness-policy -rF -d 'Witnesses that must have cosigned the checkpoint'
    __boltseal_log_option $command -l trusted-root -rF -d 'Sigstore trusted_root.json'
end
function __boltseal_log_option -a command
    __boltseal_add boltseal log -n "__fish_seen_subcommand_from $command" $argv[2..]
end
__boltseal_log submit 'Write signatures to a log'
__boltseal_log_option submit -l key -rF -d 'Public key that signed'
__boltseal_log_option submit -l raw -d 'Write the bytes of the files as they are'
__boltseal_log_option submit -s o -l out -rF -d 'Write the proof here'
__boltseal_log prove 'Fetch a proof that an entry is in a log'
__boltseal_log_option prove -l key -rF -d 'Public key that signed'
__boltseal_log_option prove -l index -x -d 'Number of the entry'
__boltseal_log_option prove -l leaf-hash -x -d 'Hash of the entry in the tree'
__boltseal_log_option prove -s o -l out -rF -d 'Write the proof here'
__boltseal_log find 'Find entries that name something'
__boltseal_log_option find -l digest -x -d 'Digest that was signed'
__boltseal_log_option find -l subject -x -d 'Digest that a statement is about'
__boltseal_log_option find -l key -rF -d 'Public key, or its SHA-256'
__boltseal_log_option find -l identity -x -d 'Name in the certificate'
__boltseal_log check 'Check that a log continues what it has shown'
__boltseal_log_option check -l state -xa '(__fish_complete_directories)' -d 'Folder that remembers logs'
__boltseal_log monitor 'Follow a log, and tell of what is wrong with it'
__boltseal_log_option monitor -l state -xa '(__fish_complete_directories)' -d 'Folder that remembers logs'
__boltseal_log_option monitor -l watch-identity -x -d 'Tell of entries by this identity'
__boltseal_log_option monitor -l watch-key -rF -d 'Tell of entries by this key'
__boltseal_log_option monitor -l known -rF -d 'Tell of entries by anybody else'
__boltseal_log_option monitor -l max-age -x -d 'Tell when the log is older'
__boltseal_log_option monitor -l once -d 'Look once'
__boltseal_log_option monitor -l interval -x -d 'Seconds between two looks'
__boltseal_log_option monitor -l webhook -x -d 'Post alerts there'
__boltseal_log_option monitor -l command -rF -d 'Run this for each alert'
__boltseal_log tail 'Print the newest entries of a log'
__boltseal_log_option tail -l from -x -d 'First entry to print'
__boltseal_log_option tail -l follow -d 'Go on with entries as they come'

for program in boltseal boltseal-verify
    __boltseal_add $program policy -a 'check explain test'
    __boltseal_add $program proof -l proof -rF -d 'Proof to verify with'
    __boltseal_add $program proof -l log-key -rF -d 'Key of a log that must prove the entry'
    __boltseal_add $program proof -l witness-policy -rF -d 'Witnesses that must have cosigned the checkpoint'
    __boltseal_add $program recheck -l artifact -rF -d 'The file that was verified'
    __boltseal_add $program proof -l leaf-hash -x -d 'Hash of the entry in the tree'
end

# "witness" has an init and a serve of its own.
function __boltseal_log_add -a commands
    complete -c boltseal-log -n "__fish_seen_subcommand_from $commands; and not __fish_seen_subcommand_from witness" $argv[2..]
end
function __boltseal_witness_add -a command
    complete -c boltseal-log -n "__fish_seen_subcommand_from witness; and __fish_seen_subcommand_from $command" $argv[2..]
end
for command in init serve signer tsa fsck export restore
    __boltseal_add boltseal-log $command -l dir -xa '(__fish_complete_directories)' -d 'Folder of the log'
end
for command in fsck export
    __boltseal_add boltseal-log $command -l log -x -d 'URL of the log'
    __boltseal_add boltseal-log $command -l log-key -rF -d 'Key of the log'
    __boltseal_add boltseal-log $command -l witness-policy -rF -d 'Witnesses that must have cosigned the checkpoint'
    __boltseal_add boltseal-log $command -l trusted-root -rF -d 'Sigstore trusted_root.json'
end
__boltseal_add boltseal-log export -s o -l out -xa '(__fish_complete_directories)' -d 'Folder to write to'
__boltseal_log_add init -l origin -x -d 'Name of the log'
__boltseal_log_add init -l url -x -d 'Where clients will reach it'
__boltseal_add boltseal-log serve -l listen -x -d 'Address and port'
__boltseal_log_add serve -l signer -r -d 'Socket of a running signer'
__boltseal_log_add serve -l raw -d 'Take bytes of any kind'
__boltseal_log_add serve -l max-wait -x -d 'Microseconds that a batch waits'
__boltseal_log_add serve -l allow -rF -d 'List of who may write'
__boltseal_log_add serve -l rate -x -d 'Entries a second that one client may write'
__boltseal_log_add serve -l burst -x -d 'Entries at once, after a pause'
__boltseal_log_add serve -l trusted-proxy -x -d 'Addresses of the web server in front'
__boltseal_log_add serve -l audit -rF -d 'File that gets a line for each write'
__boltseal_log_add serve -l metrics -x -d 'Address for /metrics'
__boltseal_log_add serve -l log-format -xa 'text logfmt json' -d 'Lines on standard error'
__boltseal_log_add serve -l config -rF -d 'File with any of these options'
__boltseal_log_add restore -l mirror -r -d 'URL or folder with the newest of the log'
__boltseal_log_add 'serve restore' -l witness-policy -rF -d 'Witnesses that must cosign'
__boltseal_log_add 'serve restore' -l witness-timeout -x -d 'Seconds to wait for them'
set -l token '__fish_seen_subcommand_from token; and __fish_seen_subcommand_from'
complete -c boltseal-log -n '__fish_seen_subcommand_from token' -xa 'create list revoke'
complete -c boltseal-log -n "$token create list revoke" -l dir -xa '(__fish_complete_directories)' -d 'Folder of the log'
complete -c boltseal-log -n "$token create revoke" -l name -x -d 'What the token is called'
complete -c boltseal-log -n "$token create" -l days -x -d 'How long the token is good'
__boltseal_add boltseal-log signer -l socket -r -d 'Where the server reaches it'
__boltseal_add boltseal-log signer -l connection -x -d 'Open socket to serve'
__boltseal_add boltseal-log witness -n 'not __fish_seen_subcommand_from init serve' -fa init -d 'Make a witness'
__boltseal_add boltseal-log witness -n 'not __fish_seen_subcommand_from init serve' -fa serve -d 'Cosign checkpoints'
__boltseal_witness_add init -l name -x -d 'Name of the witness'
__boltseal_witness_add serve -l logs -rF -d 'Logs to cosign for'
