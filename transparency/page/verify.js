// What a visitor's browser checks by itself: that a checkpoint is signed by the log's key, that an
// entry is in its tree, and that it continues an older one. Nothing the server says is believed;
// nothing here touches the page. Runs in browsers and in node.
//
// c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-tiles, RFC 9162 section 2.1.

const WIDTH = 256;
const HASH = 32;
const ED25519 = 1;
const MAX_NOTE = 1 << 20;

// Why something is refused. Everything else that is thrown is a failure to find out.
export class Refused extends Error {}

// The browser lacks what is needed: nothing was checked.
export class CannotCheck extends Error {}

const utf8 = new TextEncoder();

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// RFC 4648 section 4, one spelling.
export function parseBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new Refused("base64 is malformed");
  }
  if (btoa(binary) !== text) throw new Refused("base64 is malformed");
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function subtle() {
  const found = globalThis.crypto?.subtle;
  if (found) return found;
  throw new CannotCheck("this page was not loaded over https, and browsers check nothing then");
}

export async function sha256(...parts) {
  return new Uint8Array(await subtle().digest("SHA-256", concat(...parts)));
}

export const hashLeaf = (entry) => sha256(Uint8Array.of(0), entry);
export const hashChildren = (left, right) => sha256(Uint8Array.of(1), left, right);

// --- Notes ---

// "name+hash+base64", type 01.
export async function parseVkey(text) {
  const parts = text.split("+");
  const key = parts.length < 3 ? new Uint8Array() : parseBase64(parts.slice(2).join("+"));
  if (key.length !== 1 + HASH || key[0] !== ED25519) throw new Refused("this is no Ed25519 vkey");
  const id = (await sha256(utf8.encode(`${parts[0]}\n`), key)).slice(0, 4);
  if (parts[1] !== toHex(id)) throw new Refused("name and key of the vkey do not belong together");
  return { name: parts[0], id, key: key.slice(1) };
}

export function parseNote(note) {
  const split = note.lastIndexOf("\n\n");
  if (note.length > MAX_NOTE || split < 0 || !note.endsWith("\n")) {
    throw new Refused("the note is malformed");
  }
  const signatures = note.slice(split + 2, -1).split("\n").map((line) => {
    const parts = /^\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    if (!parts) throw new Refused("a signature line of the note is malformed");
    const bytes = parseBase64(parts[2]);
    if (bytes.length < 5) throw new Refused("a signature line of the note is malformed");
    return { name: parts[1], id: bytes.slice(0, 4), signature: bytes.slice(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

function parseSize(text) {
  const size = Number(text);
  if (!/^(0|[1-9][0-9]*)$/.test(text)) throw new Refused("the size of the tree is malformed");
  if (!Number.isSafeInteger(size)) throw new CannotCheck("the tree is too large for JavaScript");
  return size;
}

async function isSigned(key, signature, message) {
  let imported;
  try {
    imported = await subtle().importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error instanceof CannotCheck) throw error;
    throw new CannotCheck("this browser does not know Ed25519: the signature was NOT checked");
  }
  return subtle().verify({ name: "Ed25519" }, imported, signature, message);
}

// The tree head that the log's key has signed: {origin, size, root, others}, `others` being the
// names on the other signature lines, which nobody has checked.
export async function checkCheckpoint(note, log) {
  const { text, signatures } = parseNote(note);
  const [origin, size, root] = text.split("\n");
  if (origin !== log.name) throw new Refused(`the checkpoint is of another log: ${origin}`);
  const ours = (line) => line.name === log.name && equal(line.id, log.id);
  const lines = signatures.filter(ours);
  if (lines.length === 0) throw new Refused("the checkpoint is not signed by the log's key");
  for (const line of lines) {
    if (!(await isSigned(log.key, line.signature, utf8.encode(text)))) {
      throw new Refused("the signature of the checkpoint does not verify");
    }
  }
  const head = { origin, size: parseSize(size ?? ""), root: parseBase64(root ?? "") };
  if (head.root.length !== HASH) throw new Refused("the root of the tree is malformed");
  return { ...head, others: signatures.filter((line) => !ours(line)).map((line) => line.name) };
}

// --- Tiles ---

function digits(index) {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return groups.join("/");
}

// "tile/0/x001/234.p/5" for a level, "tile/entries/..." for "entries".
export function tilePath(level, index, width) {
  return `tile/${level}/${digits(index)}${width === WIDTH ? "" : `.p/${width}`}`;
}

// A tree of `size` leaves, read from tiles. `fetchTile(path)` returns the bytes of one; what it
// returns is proved by what is computed from it, or not at all.
export class Tree {
  constructor(size, fetchTile) {
    this.size = size;
    this.fetchTile = fetchTile;
    this.tiles = new Map();
  }

  width(level, index) {
    return Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - index * WIDTH);
  }

  tile(level, index) {
    const path = tilePath(level, index, this.width(level, index));
    if (!this.tiles.has(path)) {
      this.tiles.set(path, this.fetchTile(path).then((bytes) => {
        if (bytes.length === this.width(level, index) * HASH) return bytes;
        throw new Refused(`${path} has not the size it must have`);
      }));
    }
    return this.tiles.get(path);
  }

  // Of 2^height leaves, which are all there: the index-th such subtree.
  async perfect(height, index) {
    const level = Math.floor(height / 8);
    const span = 2 ** (height % 8);
    const first = index * span;
    const bytes = await this.tile(level, Math.floor(first / WIDTH));
    let hashes = [];
    for (let i = first % WIDTH; i < (first % WIDTH) + span; ++i) {
      hashes.push(bytes.subarray(i * HASH, (i + 1) * HASH));
    }
    while (hashes.length > 1) {
      const pairs = [];
      for (let i = 0; i < hashes.length; i += 2) pairs.push(hashChildren(hashes[i], hashes[i + 1]));
      hashes = await Promise.all(pairs);
    }
    return hashes[0];
  }

  // MTH(D[begin:end]); `begin` is a multiple of the largest power of two below the length.
  async hash(begin, end) {
    const half = splitPoint(end - begin);
    if (2 * half === end - begin || end - begin === 1) {
      return this.perfect(Math.log2(end - begin), begin / (end - begin));
    }
    return hashChildren(await this.hash(begin, begin + half), await this.hash(begin + half, end));
  }

  // PATH(m, D[begin:end]), section 2.1.3.1.
  async inclusionPath(m, begin = 0, end = this.size) {
    if (end - begin <= 1) return [];
    const middle = begin + splitPoint(end - begin);
    return m < middle
      ? [...(await this.inclusionPath(m, begin, middle)), await this.hash(middle, end)]
      : [...(await this.inclusionPath(m, middle, end)), await this.hash(begin, middle)];
  }

  // SUBPROOF(m, D[begin:end], whole), section 2.1.4.1, m counted from `begin`.
  async consistencyPath(m, begin = 0, end = this.size, whole = true) {
    if (m === end - begin) return whole ? [] : [await this.hash(begin, end)];
    const half = splitPoint(end - begin);
    const middle = begin + half;
    return m <= half
      ? [...(await this.consistencyPath(m, begin, middle, whole)), await this.hash(middle, end)]
      : [...(await this.consistencyPath(m - half, middle, end, false)), await this.hash(begin, middle)];
  }

  async entry(index) {
    const number = Math.floor(index / WIDTH);
    const width = this.width(0, number);
    const bundle = await this.fetchTile(tilePath("entries", number, width));
    return parseBundle(bundle, width)[index % WIDTH];
  }
}

// The largest power of two that is smaller than n; 1 for 1.
function splitPoint(n) {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

// Entries behind their lengths in 16 bits, exactly so many.
export function parseBundle(bytes, count) {
  const entries = [];
  let at = 0;
  while (at < bytes.length) {
    const size = bytes[at] * 256 + bytes[at + 1];
    if (!(at + 2 + size <= bytes.length)) throw new Refused("the entry bundle is malformed");
    entries.push(bytes.slice(at + 2, at + 2 + size));
    at += 2 + size;
  }
  if (entries.length !== count) throw new Refused("the entry bundle has not the entries it must have");
  return entries;
}

const HASHES = { SHA2_256: "sha256", SHA2_384: "sha384", SHA2_512: "sha512" };

const nameOf = ({ algorithm, digest }) => `${HASHES[algorithm]}:${toHex(parseBase64(digest))}`;

// What a hashedrekord 0.0.2 says, in the words of other tools: pairs of a name and a value. Nothing
// for other entries.
export async function readEntry(json) {
  const spec = json?.spec?.hashedRekordV002;
  if (json?.kind !== "hashedrekord" || !spec) return [];
  try {
    const { publicKey, x509Certificate } = spec.signature.verifier;
    const by = await sha256(parseBase64((publicKey ?? x509Certificate).rawBytes));
    return [
      ["Digest", nameOf(spec.data)],
      [publicKey ? "SHA-256 of the key" : "SHA-256 of the certificate", toHex(by)],
    ];
  } catch {
    return [];
  }
}

// --- Look-ups ---

const parseJson = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

// {digest, verifiers} of an entry with kind hashedrekord or dsse, or null: others name nothing.
function readNames(entry) {
  try {
    const { kind, spec } = parseJson(entry);
    if (kind === "hashedrekord") {
      const { data, signature } = spec.hashedRekordV002;
      return { digest: nameOf(data), verifiers: [signature.verifier] };
    }
    if (kind !== "dsse") return null;
    const { payloadHash, signatures } = spec.dsseV002;
    return { digest: nameOf(payloadHash), verifiers: signatures.map((one) => one.verifier) };
  } catch {
    return null;
  }
}

async function hasKey(verifiers, key) {
  for (const { publicKey } of verifiers) {
    if (publicKey && toHex(await sha256(parseBase64(publicKey.rawBytes))) === key) return true;
  }
  return false;
}

function hasSubject(statement, value) {
  const [algorithm, hex] = value.split(":");
  try {
    return parseJson(statement).subject.some(({ digest }) => digest[algorithm] === hex);
  } catch {
    return false;
  }
}

// That the entry is one of those that were looked for. `by` is digest or subject, with
// "sha256:<hex>" and its like, key, with the hex of its SHA-256, or identity. `statement` is what
// came with the entry for a subject, or null.
export async function checkNamed(entry, statement, { by, value }) {
  const names = readNames(entry);
  const unnamed = new Refused(`the entry does not name ${by} ${value}`);
  if (!names) throw unnamed;
  if (by === "subject") {
    const payload = `sha256:${toHex(await sha256(statement ?? new Uint8Array()))}`;
    if (payload !== names.digest) throw new Refused("the statement is not the one that the entry is about");
    if (!hasSubject(statement, value)) throw unnamed;
    return;
  }
  if (by === "digest" && names.digest === value) return;
  if (by === "key" && (await hasKey(names.verifiers, value))) return;
  if (by !== "digest" && names.verifiers.some((one) => one.x509Certificate)) {
    throw new CannotCheck("the entry has a certificate, which this page does not read");
  }
  throw unnamed;
}

// --- Proofs ---

const isOdd = (n) => n % 2 === 1;
const half = (n) => Math.floor(n / 2);

// RFC 9162 section 2.1.3.2; the numbers are its steps.
export async function checkInclusion(leaf, index, path, head) {
  if (index >= head.size) throw new Refused("the entry is beyond the tree"); // 1
  let fn = index; // 2
  let sn = head.size - 1;
  let hash = leaf; // 3
  for (const sibling of path) { // 4
    if (sn === 0) throw new Refused("the inclusion proof is too long"); // 4.a
    if (isOdd(fn) || fn === sn) { // 4.b
      hash = await hashChildren(sibling, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = await hashChildren(hash, sibling);
    }
    fn = half(fn); // 4.c
    sn = half(sn);
  }
  if (sn !== 0) throw new Refused("the inclusion proof is too short"); // 5
  if (!equal(hash, head.root)) throw new Refused("the entry is not in the signed tree");
}

// RFC 9162 section 2.1.4.2.
export async function checkConsistency(older, newer, proof) {
  if (older.size > newer.size) throw new Refused("the log has shrunk");
  if (older.size === newer.size || older.size === 0) {
    if (older.size !== 0 && !equal(older.root, newer.root)) {
      throw new Refused("the log shows another tree of the same size");
    }
    return;
  }
  const path = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : proof; // 2
  if (path.length === 0) throw new Refused("the consistency proof is too short"); // 1
  let fn = older.size - 1; // 3
  let sn = newer.size - 1;
  while (isOdd(fn)) { // 4
    fn = half(fn);
    sn = half(sn);
  }
  let fr = path[0]; // 5
  let sr = path[0];
  for (const c of path.slice(1)) { // 6
    if (sn === 0) throw new Refused("the consistency proof is too long"); // 6.a
    if (isOdd(fn) || fn === sn) { // 6.b
      fr = await hashChildren(c, fr);
      sr = await hashChildren(c, sr);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      sr = await hashChildren(sr, c);
    }
    fn = half(fn); // 6.c
    sn = half(sn);
  }
  if (sn !== 0) throw new Refused("the consistency proof is too short"); // 7
  if (!equal(fr, older.root)) throw new Refused("the log does not continue what it has shown before");
  if (!equal(sr, newer.root)) throw new Refused("the consistency proof does not lead to the newer tree");
}
