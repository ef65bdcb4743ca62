// sigstore-js.mjs LOG ROOT: signs a statement and a file with @sigstore/sign and a bare key, logs both as to a Rekor v2, and
// verifies the bundles with @sigstore/verify and the log's trusted root. Leaves key.pub, statement.json and message.json.
// The packages are found from NODE_MODULES.
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_MODULES}/`);
const { DSSEBundleBuilder, MessageSignatureBundleBuilder, RekorWitness } = require("@sigstore/sign");
const { bundleFromJSON, bundleToJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const [rekorBaseURL, rootFile] = process.argv.slice(2);
const artifact = fs.readFileSync("image");
const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" });
fs.writeFileSync("key.pub", pem);
const hint = crypto.createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest("base64");
const signer = {
  async sign(data) {
    return { signature: crypto.sign("sha256", data, privateKey), key: { $case: "publicKey", publicKey: pem, hint } };
  },
};
const witnesses = [new RekorWitness({ rekorBaseURL, majorApiVersion: 2, retry: false })];
const digest = { sha256: crypto.createHash("sha256").update(artifact).digest("hex") };
const statement = JSON.stringify({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "image", digest }],
  predicateType: "https://sigstore.dev/cosign/sign/v1",
  predicate: {},
});

const root = TrustedRoot.fromJSON(JSON.parse(fs.readFileSync(rootFile, "utf8")));
const trusted = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
const verifier = new Verifier(trusted, { tlogThreshold: 1, timestampThreshold: 0, ctlogThreshold: 0 });

async function make(file, builder, content, verified) {
  const json = bundleToJSON(await builder.create(content));
  fs.writeFileSync(file, JSON.stringify(json));
  verifier.verify(toSignedEntity(bundleFromJSON(json), verified));
  console.log(`${file}: ${json.verificationMaterial.tlogEntries[0].kindVersion.kind}, verified by @sigstore/verify`);
}

const type = "application/vnd.in-toto+json";
await make("statement.json", new DSSEBundleBuilder({ signer, witnesses }), { data: Buffer.from(statement), type });
await make("message.json", new MessageSignatureBundleBuilder({ signer, witnesses }), { data: artifact }, artifact);
