// The page's own work: shows what verify.js finds out. Text from the log is only ever set as text.
import * as verify from "./verify.js";

const base = new URL("../", import.meta.url); // of the log
const $ = (id) => document.getElementById(id);
const storage = (() => {
  try {
    return globalThis.localStorage;
  } catch {
    return null; // switched off
  }
})();

async function fetchBytes(path) {
  const response = await fetch(new URL(path, base), { credentials: "omit", cache: "no-cache" });
  if (!response.ok) throw new Error(`${path}: the log answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

// One line in the list of what was checked. `state` is holds, refused or unknown.
function report(state, text) {
  const item = document.createElement("li");
  item.className = state;
  const word = { holds: "Holds", refused: "REFUSED", unknown: "Not checked" }[state];
  item.textContent = `${word}: ${text}`;
  $("checks").append(item);
}

// Runs a step; true if it holds.
async function step(text, work) {
  try {
    await work();
    report("holds", text);
    return true;
  } catch (error) {
    const state = error instanceof verify.Refused ? "refused" : "unknown";
    report(state, error.message);
    return false;
  }
}

// The key that the visitor was given, or else the one that came with the page.
function chosenKey() {
  const served = $("vkey").textContent.trim();
  const own = storage?.getItem("vkey") ?? "";
  return { text: own || served, own: own !== "" };
}

// --- The checkpoint, and whether it continues what this browser has seen ---

async function checkHead() {
  const { text, own } = chosenKey();
  let head = null;
  let log = null;
  const signed = own
    ? "the checkpoint is signed by the key that you gave"
    : "the checkpoint is signed by the key that this page came with; compare it with the one you were given";
  const ok = await step(signed, async () => {
    log = await verify.parseVkey(text);
    head = await verify.checkCheckpoint(new TextDecoder().decode(await fetchBytes("checkpoint")), log);
  });
  if (!ok) return null;
  $("size").textContent = String(head.size);
  const tree = new verify.Tree(head.size, fetchBytes);
  return (await checkHistory(head, log, tree)) ? { head, tree } : null;
}

async function checkHistory(head, log, tree) {
  const name = `seen ${log.name} ${verify.toHex(log.id)}`;
  let seen = null;
  try {
    seen = JSON.parse(storage?.getItem(name) ?? "null");
  } catch {
    seen = null;
  }
  if (seen) {
    const older = { size: seen.size, root: verify.parseBase64(seen.root) };
    const continues = await step(`it continues the tree of ${older.size} entries that this browser has seen`, async () => {
      if (older.size > head.size) throw new verify.Refused(`the log has shrunk from ${older.size} to ${head.size} entries`);
      const proof = older.size === 0 ? [] : await tree.consistencyPath(older.size);
      await verify.checkConsistency(older, head, proof);
    });
    if (!continues) return false;
  }
  storage?.setItem(name, JSON.stringify({ size: head.size, root: verify.toBase64(head.root) }));
  return true;
}

// --- One entry ---

async function checkEntry(index) {
  const checked = await checkHead();
  if (!checked) return verdict(false);
  const { head, tree } = checked;
  let entry = null;
  const ok = await step(`entry ${index} is in the signed tree of ${head.size} entries`, async () => {
    entry = await tree.entry(index);
    const leaf = await verify.hashLeaf(entry);
    await verify.checkInclusion(leaf, index, await tree.inclusionPath(index), head);
    $("leaf").textContent = verify.toHex(leaf);
  });
  if (ok) await showEntry(entry);
  verdict(ok);
}

// Characters that cannot be seen, or that turn the direction of text, by their numbers.
function visible(text) {
  const hidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
  return text.replace(hidden, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// What was checked takes the place of what the server has written there.
async function showEntry(entry) {
  let text = new TextDecoder().decode(entry);
  let json = null;
  try {
    json = JSON.parse(text);
    text = JSON.stringify(json, null, 2);
  } catch {
    // bytes of another kind
  }
  $("entry").textContent = visible(text);
  for (const claim of document.querySelectorAll(".claim")) claim.remove();
  for (const [name, value] of await verify.readEntry(json)) {
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    const code = document.createElement("code");
    term.textContent = name;
    code.textContent = visible(value);
    description.append(code);
    $("read").append(term, description);
  }
}

function verdict(ok) {
  $("verdict").textContent = ok
    ? "Your browser has verified this entry. The text below is what it has verified."
    : "Your browser has NOT verified this entry: do not rely on what this page shows.";
  $("verdict").className = ok ? "holds" : "refused";
}

// --- Search ---

// An artifact's digest may be what was signed, or the subject of a statement that was.
function lookUpPaths(text) {
  const digest = /^(?:(sha256|sha384|sha512):)?([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/.exec(text);
  if (digest) {
    const kind = digest[1] ?? { 64: "sha256", 96: "sha384", 128: "sha512" }[digest[2].length];
    return [`api/v1/find/${kind}/${digest[2]}`, `api/v1/find/subject/${kind}/${digest[2]}`];
  }
  if (/^key:[0-9a-f]{64}$/.test(text)) return [`api/v1/find/key/${text.slice(4)}`];
  const bytes = new TextEncoder().encode(text);
  const name = verify.toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [`api/v1/find/identity/${name}`];
}

async function search(text) {
  $("found").replaceChildren();
  $("found-note").textContent = "";
  try {
    const answers = await Promise.all(lookUpPaths(text).map(fetchBytes));
    const named = answers.flatMap((answer) => JSON.parse(new TextDecoder().decode(answer)).entries);
    const indexes = new Set(named.map((entry) => entry.index).filter(Number.isSafeInteger));
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = new URL(`entry/${index}`, base);
      link.textContent = `entry ${index}`;
      item.append(link);
      $("found").append(item);
    }
    const none = indexes.size === 0;
    $("found-note").textContent =
      `${none ? "The log names no entries." : "The log names these entries; open one to have it verified."} ` +
      "What a log leaves out of a search, nobody can see here.";
  } catch (error) {
    $("found-note").textContent = `The search failed: ${error.message}`;
  }
}

// --- Start ---

function start() {
  for (const hidden of document.querySelectorAll(".scripted")) hidden.hidden = false;
  $("own-key").value = storage?.getItem("vkey") ?? "";
  $("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    storage?.setItem("vkey", $("own-key").value.trim());
    location.reload();
  });
  $("search-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    search($("search-text").value.trim());
  });
  const index = document.body.dataset.index;
  return index === undefined ? checkHead() : checkEntry(Number(index));
}

// For tests, and for people who look: done once everything has been said.
start().finally(() => {
  document.body.dataset.checked = "done";
});
