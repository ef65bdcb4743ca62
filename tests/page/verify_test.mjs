// verify_test.mjs VECTORS: transparency/page/verify.js against what vectors.cc has made. Every way to be wrong that
// the module knows is tried, and must be refused for its own reason.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

globalThis.crypto ??= webcrypto;
const source = readFileSync(new URL("../../transparency/page/verify.js", import.meta.url));
const verify = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const folder = mkdtempSync(join(tmpdir(), "boltseal-page-"));
const file = join(folder, "vectors.json");
execFileSync(process.argv[2], { env: { ...process.env, BOLTSEAL_PAGE_VECTORS: file } });
const { vkey, trees } = JSON.parse(readFileSync(file));
rmSync(folder, { recursive: true });

const fromHex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const path = (hashes) => hashes.map(fromHex);
const flipped = (hash) => hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

let passed = 0;
async function test(name, work) {
  await work();
  passed += 1;
  console.log(`ok: ${name}`);
}

async function refused(promise, why) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof verify.Refused, `${error} is no refusal`);
    assert.equal(error.message, why);
    return true;
  });
}

function treeOf(vector, change = (_, tile) => tile) {
  return new verify.Tree(vector.size, async (name) => {
    assert.ok(name in vector.tiles, `${name} is asked for, and not there`);
    return change(name, bytes(vector.tiles[name]));
  });
}

const headOf = (vector) => ({ size: vector.size, root: fromHex(vector.root) });
const last = trees.at(-1);
const log = await verify.parseVkey(vkey);

await test("vkeys", async () => {
  assert.equal(log.name, "example.com/log/testdata");
  await refused(verify.parseVkey(vkey.replace("33d7b496", "33d7b497")), "name and key of the vkey do not belong together");
  await refused(verify.parseVkey(`x${vkey}`), "name and key of the vkey do not belong together");
  await refused(verify.parseVkey("a+b"), "this is no Ed25519 vkey");
  await refused(verify.parseVkey(vkey.replace("+A", "+B")), "this is no Ed25519 vkey");
  await refused(verify.parseVkey(`${vkey} `), "base64 is malformed");
});

await test("checkpoints", async () => {
  for (const vector of trees) {
    const head = await verify.checkCheckpoint(vector.note, log);
    assert.equal(head.size, vector.size);
    assert.equal(verify.toHex(head.root), vector.root);
    assert.deepEqual(head.others, []);
  }
  const note = last.note;
  const check = (text, key = log) => verify.checkCheckpoint(text, key);
  const wrong = "the signature of the checkpoint does not verify";
  await refused(check(note.replace("\n700\n", "\n701\n")), wrong);
  await refused(check(note.replace("example.com", "example.org")), "the checkpoint is of another log: example.org/log/testdata");
  await refused(check(note.slice(0, -1)), "the note is malformed");
  await refused(check(note.replace("\n\n", "\n")), "the note is malformed");
  await refused(check(note.replace("\u2014", "-")), "a signature line of the note is malformed");
  await refused(check(note, { ...log, id: flipped(log.id) }), "the checkpoint is not signed by the log's key");
  await refused(check(note, { ...log, key: flipped(log.key) }), wrong);
  // Another line under our name and id must be right as well.
  const line = note.slice(note.lastIndexOf("\n\n") + 2);
  const bad = Buffer.from(line.split(" ")[2], "base64");
  bad[20] ^= 1;
  await refused(check(`${note}\u2014 ${log.name} ${bad.toString("base64")}\n`), wrong);
  const other = `${note}\u2014 witness.example ${Buffer.alloc(76).toString("base64")}\n`;
  assert.deepEqual((await check(other)).others, ["witness.example"]);
});

await test("without Ed25519 nothing is said to hold", async () => {
  const { subtle } = globalThis.crypto;
  const without = {
    digest: subtle.digest.bind(subtle),
    importKey: async () => {
      throw new DOMException("unknown", "NotSupportedError");
    },
  };
  Object.defineProperty(globalThis, "crypto", { value: { subtle: without }, configurable: true, writable: true });
  await assert.rejects(verify.checkCheckpoint(last.note, log), (error) => {
    assert.ok(error instanceof verify.CannotCheck);
    assert.match(error.message, /NOT checked/);
    return true;
  });
  globalThis.crypto = {};
  await assert.rejects(verify.hashLeaf(new Uint8Array()), verify.CannotCheck);
  globalThis.crypto = { subtle };
});

await test("proofs from tiles are those of the C++ code", async () => {
  for (const vector of trees) {
    const tree = treeOf(vector);
    assert.equal(verify.toHex(await tree.hash(0, vector.size)), vector.root);
    for (const proof of vector.inclusion) {
      const entry = await tree.entry(proof.index);
      assert.equal(Buffer.from(entry).toString(), `entry ${proof.index}`);
      const found = await tree.inclusionPath(proof.index);
      assert.deepEqual(found.map(verify.toHex), proof.path);
      await verify.checkInclusion(await verify.hashLeaf(entry), proof.index, found, headOf(vector));
    }
    for (const proof of vector.consistency) {
      const found = await tree.consistencyPath(proof.size);
      assert.deepEqual(found.map(verify.toHex), proof.path);
      await verify.checkConsistency({ size: proof.size, root: fromHex(proof.root) }, headOf(vector), found);
    }
  }
});

await test("every entry of every tree is in it", async () => {
  for (const vector of trees) {
    const tree = treeOf(vector);
    for (let i = 0; i < vector.size; i += vector.size > 300 ? 7 : 1) {
      const leaf = await verify.hashLeaf(await tree.entry(i));
      await verify.checkInclusion(leaf, i, await tree.inclusionPath(i), headOf(vector));
    }
  }
});

await test("wrong inclusion proofs", async () => {
  const { index, path: good } = last.inclusion[1];
  const head = headOf(last);
  const leaf = await verify.hashLeaf(await treeOf(last).entry(index));
  const check = (hashes, at = index, of = head) => verify.checkInclusion(leaf, at, hashes, of);
  const elsewhere = "the entry is not in the signed tree";
  await check(path(good));
  await refused(check(path(good), last.size), "the entry is beyond the tree");
  await refused(check(path(good).slice(1)), "the inclusion proof is too short");
  await refused(check([...path(good), head.root]), "the inclusion proof is too long");
  await refused(check(path(good), index ^ 1), elsewhere);
  await refused(check(path(good), index, { ...head, root: flipped(head.root) }), elsewhere);
  for (let i = 0; i < good.length; ++i) {
    await refused(check(path(good).map((hash, n) => (n === i ? flipped(hash) : hash))), elsewhere);
  }
});

await test("wrong consistency proofs", async () => {
  const head = headOf(last);
  const { size, root, path: good } = last.consistency.at(-1);
  const older = { size, root: fromHex(root) };
  const check = (hashes, from = older, to = head) => verify.checkConsistency(from, to, hashes);
  const broken = "the log does not continue what it has shown before";
  await check(path(good));
  await refused(check(path(good), { ...older, root: flipped(older.root) }), broken);
  await refused(check(path(good), older, { ...head, root: flipped(head.root) }), "the consistency proof does not lead to the newer tree");
  await refused(check(path(good), head, older), "the log has shrunk");
  await refused(check([], head, { ...head, root: flipped(head.root) }), "the log shows another tree of the same size");
  await refused(check([]), "the consistency proof is too short");
  await refused(check(path(good).slice(0, -1)), "the consistency proof is too short");
  await refused(check([...path(good), head.root]), "the consistency proof is too long");
  await check([], head, head);
  await check([], { size: 0, root: older.root }, head);
});

await test("tampered tiles and bundles", async () => {
  const index = 650;
  const attempt = async (change) => {
    const tree = treeOf(last, change);
    const leaf = await verify.hashLeaf(await tree.entry(index));
    await verify.checkInclusion(leaf, index, await tree.inclusionPath(index), headOf(last));
  };
  await attempt((_, tile) => tile);
  for (const name of Object.keys(last.tiles)) {
    const needed = !name.includes("/0/000") && !name.includes("/0/001") && !/entries\/00[01]/.test(name);
    const at = name.includes("entries") ? 2 + (index - 512) * 11 : 2;
    const change = (asked, tile) => (asked === name ? tile.map((byte, i) => (i === at ? byte ^ 1 : byte)) : tile);
    if (needed) await assert.rejects(attempt(change), verify.Refused, name);
  }
  await refused(attempt((name, tile) => (name.startsWith("tile/0/002") ? tile.slice(1) : tile)),
    "tile/0/002.p/188 has not the size it must have");
  const short = (name, tile) => (name.includes("entries") ? tile.slice(0, -1) : tile);
  await refused(attempt(short), "the entry bundle is malformed");
  const fewer = (name, tile) => (name.includes("entries") ? tile.slice(0, -11) : tile);
  await refused(attempt(fewer), "the entry bundle has not the entries it must have");
});

await test("what an entry says", async () => {
  const verifier = { publicKey: { rawBytes: "AAAA" } };
  const spec = { data: { algorithm: "SHA2_256", digest: "AQID" }, signature: { verifier } };
  const entry = { kind: "hashedrekord", spec: { hashedRekordV002: spec } };
  const hash = verify.toHex(await verify.sha256(new Uint8Array(3)));
  assert.deepEqual(await verify.readEntry(entry), [["Digest", "sha256:010203"], ["SHA-256 of the key", hash]]);
  spec.signature.verifier = { x509Certificate: { rawBytes: "AAAA" } };
  assert.deepEqual((await verify.readEntry(entry))[1], ["SHA-256 of the certificate", hash]);
  for (const other of [null, 7, "a", {}, { ...entry, kind: "dsse" }, { kind: "hashedrekord", spec: { hashedRekordV002: {} } }]) {
    assert.deepEqual(await verify.readEntry(other), []);
  }
});

await test("an entry is what was looked for, or refused", async () => {
  const utf8 = (value) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const base64 = (hex) => Buffer.from(hex, "hex").toString("base64");
  const hashed = (hex) => ({ algorithm: "SHA2_256", digest: base64(hex) });
  const mine = "ab".repeat(32);
  const key = verify.toHex(await verify.sha256(new Uint8Array(3)));
  const byKey = { publicKey: { rawBytes: "AAAA" } };
  const byCertificate = { x509Certificate: { rawBytes: "AAAA" } };
  const record = (verifier) => utf8({ kind: "hashedrekord", spec: { hashedRekordV002: { data: hashed(mine), signature: { verifier } } } });
  const check = (entry, by, value, statement = null) => verify.checkNamed(entry, statement, { by, value });
  const unnamed = (entry, by, value, statement) => refused(check(entry, by, value, statement), `the entry does not name ${by} ${value}`);
  const unread = (entry, by, value) => assert.rejects(check(entry, by, value), verify.CannotCheck);

  await check(record(byKey), "digest", `sha256:${mine}`);
  await check(record(byKey), "key", key);
  await unnamed(record(byKey), "digest", `sha512:${mine}`);
  await unnamed(record(byKey), "digest", `sha256:${key}`);
  await unnamed(record(byKey), "key", mine);
  await unnamed(record(byKey), "identity", "a@b.c");
  await check(record(byCertificate), "digest", `sha256:${mine}`);
  await unnamed(record(byCertificate), "digest", `sha256:${key}`);
  await unread(record(byCertificate), "key", key);
  await unread(record(byCertificate), "identity", "a@b.c");

  const statement = utf8({ subject: [{ digest: { sha1: mine } }, { digest: { sha256: mine } }] });
  const payload = verify.toHex(await verify.sha256(statement));
  const signatures = [{ verifier: byCertificate }, { verifier: byKey }];
  const dsse = utf8({ kind: "dsse", spec: { dsseV002: { payloadHash: hashed(payload), signatures } } });
  await check(dsse, "digest", `sha256:${payload}`);
  await check(dsse, "key", key);
  await unread(dsse, "key", mine);
  await check(dsse, "subject", `sha256:${mine}`, statement);
  await unnamed(dsse, "digest", `sha256:${mine}`);
  await unnamed(dsse, "subject", `sha256:${key}`, statement);
  await unnamed(dsse, "subject", `sha512:${mine}`, statement);
  const elsewhere = "the statement is not the one that the entry is about";
  await refused(check(dsse, "subject", `sha256:${mine}`), elsewhere);
  await refused(check(dsse, "subject", `sha256:${mine}`, utf8(`${Buffer.from(statement)} `)), elsewhere);
  await refused(check(record(byKey), "subject", `sha256:${mine}`, statement), elsewhere);

  const others = ["", "{", "null", "7", { kind: "dsse" }, { kind: "dsse", spec: { dsseV002: { payloadHash: {} } } }, { kind: "x", spec: {} }];
  for (const other of others) {
    for (const by of ["digest", "subject", "key", "identity"]) await unnamed(utf8(other), by, `sha256:${mine}`, statement);
  }
});

await test("paths of tiles", async () => {
  assert.equal(verify.tilePath(0, 0, 256), "tile/0/000");
  assert.equal(verify.tilePath("entries", 1234067, 8), "tile/entries/x001/x234/067.p/8");
});

console.log(`${passed} passed, 0 failed`);
