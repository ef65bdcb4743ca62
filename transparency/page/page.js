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

// One line in a list of what was checked: `text` if the work comes to its end, or else why it did not. `state` is holds,
// refused or unknown.
async function lineOf(text, work) {
  const item = document.createElement("li");
  let state = "holds";
  try {
    await work();
  } catch (error) {
    state = error instanceof verify.Refused ? "refused" : "unknown";
    text = error.message;
  }
  item.className = state;
  const word = { holds: "Holds", refused: "REFUSED", unknown: "Not checked" }[state];
  item.textContent = `${word}: ${text}`;
  return { item, holds: state === "holds" };
}

// Runs a step; true if it holds.
async function step(text, work) {
  const { item, holds } = await lineOf(text, work);
  $("checks").append(item);
  return holds;
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

async function provedEntry(index, { head, tree }) {
  const entry = await tree.entry(index);
  const leaf = await verify.hashLeaf(entry);
  await verify.checkInclusion(leaf, index, await tree.inclusionPath(index), head);
  return { entry, leaf };
}

async function checkEntry(index) {
  const checked = await checkHead();
  if (!checked) return verdict(false);
  let entry = null;
  const ok = await step(`entry ${index} is in the signed tree of ${checked.head.size} entries`, async () => {
    const proved = await provedEntry(index, checked);
    entry = proved.entry;
    $("leaf").textContent = verify.toHex(proved.leaf);
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
function lookUpsOf(text) {
  const digest = /^(?:(sha256|sha384|sha512):)?([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/.exec(text);
  if (digest) {
    const kind = digest[1] ?? { 64: "sha256", 96: "sha384", 128: "sha512" }[digest[2].length];
    const value = `${kind}:${digest[2]}`;
    return [
      { by: "digest", value, path: `api/v1/find/${kind}/${digest[2]}` },
      { by: "subject", value, path: `api/v1/find/subject/${kind}/${digest[2]}` },
    ];
  }
  if (/^key:[0-9a-f]{64}$/.test(text)) return [{ by: "key", value: text.slice(4), path: `api/v1/find/key/${text.slice(4)}` }];
  const bytes = new TextEncoder().encode(text);
  const name = verify.toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [{ by: "identity", value: text, path: `api/v1/find/identity/${name}` }];
}

async function ask(lookUp) {
  const { entries } = JSON.parse(new TextDecoder().decode(await fetchBytes(lookUp.path)));
  const named = entries.filter(({ index }) => Number.isSafeInteger(index) && index >= 0);
  return named.map(({ index, statement }) => ({ index, statement, lookUp }));
}

// What the log has named is proved and read like any other entry; of the answer nothing else counts.
async function checkFound({ index, statement, lookUp }) {
  const checked = await headOfPage;
  if (!checked) throw new verify.CannotCheck("there is no checkpoint to check it with");
  if (index >= checked.head.size) throw new verify.CannotCheck("it is newer than this page: load the page again");
  const { entry } = await provedEntry(index, checked);
  const sent = typeof statement === "string" ? verify.parseBase64(statement) : null;
  await verify.checkNamed(entry, sent, lookUp);
}

async function showFound(found) {
  const { item } = await lineOf("it is in the signed tree, and names what you searched for", () => checkFound(found));
  const link = document.createElement("a");
  link.href = new URL(`entry/${found.index}`, base);
  link.textContent = `entry ${found.index}`;
  item.prepend(link, ": ");
  return item;
}

let searches = 0;

async function search(text) {
  const mine = ++searches;
  let items = [];
  let note = "The log names no entries.";
  $("found").replaceChildren();
  $("found-note").textContent = "";
  try {
    const named = (await Promise.all(lookUpsOf(text).map(ask))).flat();
    items = await Promise.all(named.sort((a, b) => a.index - b.index).map(showFound));
    if (items.length > 0) note = "The log names these entries, and your browser has looked into each.";
    note += " What a log leaves out of a search, nobody can see here.";
  } catch (error) {
    note = `The search failed: ${error.message}`;
  }
  if (mine !== searches) return; // another one is under way
  $("found").replaceChildren(...items);
  $("found-note").textContent = note;
}

// --- Start ---

let headOfPage = null; // what has come, or is to come, of its check

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
  if (index !== undefined) return checkEntry(Number(index));
  headOfPage = checkHead();
  return headOfPage;
}

// For tests, and for people who look: done once everything has been said.
start().finally(() => {
  document.body.dataset.checked = "done";
});
