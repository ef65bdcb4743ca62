// Witnesses and log proofs for scripts. The key of a witness follows from its name, so it proves nothing.
//   node witness.mjs vkey NAME                     the witness's key
//   node witness.mjs cosign NAME TIME <NOTE        the note, or the .tlog-proof, with one more line
//   node witness.mjs cosign-bundle NAME TIME <JSON the Sigstore bundle, its checkpoint cosigned
//   node witness.mjs proof <JSON                   the bundle's log entry as a .tlog-proof
//   node witness.mjs entry <JSON                   the bundle's log entry itself
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const [command, name, time] = process.argv.slice(2);
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();

// RFC 8410: everything but the 32 bytes of the key is fixed.
function witness() {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = createPrivateKey({ key: Buffer.concat([prefix, sha256(name)]), format: "der", type: "pkcs8" });
  const typed = Buffer.concat([Buffer.from([4]), createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32)]);
  return { key, typed, id: sha256(name, "\n", typed).subarray(0, 4) };
}

// c2sp.org/tlog-cosignature
function cosigned(note) {
  const { key, id } = witness();
  const start = note.startsWith("c2sp.org/tlog-proof@") ? note.indexOf("\n\n") + 2 : 0;
  const text = note.slice(start, note.lastIndexOf("\n\n") + 1);
  const seconds = Buffer.alloc(8);
  seconds.writeBigUInt64BE(BigInt(time));
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key);
  return `${note}\u2014 ${name} ${Buffer.concat([id, seconds, signature]).toString("base64")}\n`;
}

function vkey() {
  const { typed, id } = witness();
  return `${name}+${id.toString("hex")}+${typed.toString("base64")}\n`;
}

function cosignedBundle(bundle) {
  const { checkpoint } = bundle.verificationMaterial.tlogEntries[0].inclusionProof;
  checkpoint.envelope = cosigned(checkpoint.envelope);
  return JSON.stringify(bundle);
}

// c2sp.org/tlog-proof
function proof(bundle) {
  const { logIndex, hashes, checkpoint } = bundle.verificationMaterial.tlogEntries[0].inclusionProof;
  return ["c2sp.org/tlog-proof@v1", `index ${logIndex ?? 0}`, ...(hashes ?? []), "", checkpoint.envelope].join("\n");
}

const input = command === "vkey" ? "" : readFileSync(0, "utf8");
const commands = {
  vkey,
  cosign: () => cosigned(input),
  "cosign-bundle": () => cosignedBundle(JSON.parse(input)),
  proof: () => proof(JSON.parse(input)),
  entry: () => Buffer.from(JSON.parse(input).verificationMaterial.tlogEntries[0].canonicalizedBody, "base64"),
};
process.stdout.write(commands[command]());
