// page.mjs URL FOLDER: visits a log's page as people do: with scripts, without, with a server that lies, and in a
// browser that cannot check signatures. Entries 0 to 2 are signatures, 3 is hostile. For page.sh.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.env.NODE_PATH}/`)("playwright-core");
const [url, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
let passed = 0;

// A visitor of its own, with what the page has said, and everything that went wrong.
async function visit(name, options, work) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const troubles = [];
  const asked = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("request", (request) => asked.push(request.url()));
  await work(page, troubles);
  for (const one of asked) assert.ok(one.startsWith(`${url}/`), `${one} is not of the log`);
  await context.close();
  passed += 1;
  console.log(`ok: ${name}`);
}

async function open(page, path) {
  await page.goto(`${url}${path}`);
  await page.waitForSelector("body[data-checked=done]");
}

const checks = (page) => page.locator("#checks li").allTextContents();
const verdict = (page) => page.locator("#verdict").textContent();
const digestOf = (i) => `sha256:${createHash("sha256").update(`${i}\n`).digest("hex")}`; // of what entry i signs
const isVerified = async (page) => (await verdict(page)).startsWith("Your browser has verified this entry.");
const isNotVerified = async (page) => (await verdict(page)).startsWith("Your browser has NOT verified this entry");

// Changes what the server answers below a path.
async function tamper(page, pattern, change) {
  await page.route(pattern, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.body()) });
  });
}

await visit("the front is checked, and shows the newest entries", {}, async (page, troubles) => {
  await open(page, "/");
  assert.deepEqual(await checks(page), [
    "Holds: the checkpoint is signed by the key that this page came with; compare it with the one you were given",
  ]);
  assert.equal(await page.locator("#size").textContent(), "4");
  assert.equal(await page.locator("tbody tr").count(), 4);
  assert.equal(await page.locator("noscript").isVisible(), false);
  await page.screenshot({ path: `${folder}/front.png`, fullPage: true });
  assert.deepEqual(troubles, []);
});

await visit("an entry is verified by the visitor's browser", {}, async (page, troubles) => {
  await open(page, "/entry/1");
  assert.equal((await checks(page)).at(-1), "Holds: entry 1 is in the signed tree of 4 entries");
  assert.ok(await isVerified(page));
  assert.match(await page.locator("#entry").textContent(), /"kind": "hashedrekord"/);
  assert.equal(await page.locator(".claim").count(), 0);
  assert.equal(await page.locator("#read code").first().textContent(), digestOf(1));
  await page.screenshot({ path: `${folder}/entry.png`, fullPage: true });
  await open(page, "/entry/2");
  assert.deepEqual((await checks(page)).slice(1), [
    "Holds: it continues the tree of 4 entries that this browser has seen",
    "Holds: entry 2 is in the signed tree of 4 entries",
  ]);
  assert.deepEqual(troubles, []);
});

await visit("a hostile entry stays text", {}, async (page, troubles) => {
  await open(page, "/entry/3");
  assert.ok(await isVerified(page));
  assert.match(await page.locator("#entry").textContent(), /^<img src=x/);
  assert.equal(await page.title(), "Entry 3 of log.example.org");
  assert.equal(await page.locator("img").count(), 0);
  assert.deepEqual(troubles, []);
});

await visit("another entry than the signed one is refused", {}, async (page) => {
  await tamper(page, "**/tile/entries/**", (body) => {
    body[40] ^= 1;
    return body;
  });
  await open(page, "/entry/0");
  assert.equal((await checks(page)).at(-1), "REFUSED: the entry is not in the signed tree");
  assert.ok(await isNotVerified(page));
  await page.screenshot({ path: `${folder}/refused.png`, fullPage: true });
});

await visit("a tampered proof is refused", {}, async (page) => {
  await tamper(page, "**/tile/0/**", (body) => {
    body[0] ^= 1;
    return body;
  });
  await open(page, "/entry/1");
  assert.equal((await checks(page)).at(-1), "REFUSED: the entry is not in the signed tree");
  assert.ok(await isNotVerified(page));
});

await visit("a tampered checkpoint is refused", {}, async (page) => {
  await tamper(page, "**/checkpoint", (body) => body.toString().replace("\n4\n", "\n5\n"));
  await open(page, "/entry/1");
  assert.deepEqual(await checks(page), ["REFUSED: the signature of the checkpoint does not verify"]);
  assert.ok(await isNotVerified(page));
});

await visit("a log that takes back what it has shown is refused", {}, async (page) => {
  await open(page, "/");
  await page.evaluate(() => {
    const name = Object.keys(localStorage).find((key) => key.startsWith("seen "));
    const seen = JSON.parse(localStorage.getItem(name));
    localStorage.setItem(name, JSON.stringify({ ...seen, size: 9 }));
  });
  await open(page, "/entry/1");
  assert.equal((await checks(page)).at(-1), "REFUSED: the log has shrunk from 9 to 4 entries");
  assert.ok(await isNotVerified(page));
  await page.evaluate(() => {
    const name = Object.keys(localStorage).find((key) => key.startsWith("seen "));
    localStorage.setItem(name, JSON.stringify({ size: 3, root: btoa("x".repeat(32)) }));
  });
  await open(page, "/entry/1");
  assert.equal((await checks(page)).at(-1), "REFUSED: the log does not continue what it has shown before");
  assert.ok(await isNotVerified(page));
});

await visit("the visitor's own key is what counts", {}, async (page) => {
  await open(page, "/");
  const vkey = (await page.locator("#vkey").textContent()).trim();
  const keep = async (text) => {
    await page.fill("#own-key", text);
    await Promise.all([page.waitForEvent("load"), page.click("#key-form button")]);
    await page.waitForSelector("body[data-checked=done]");
  };
  await keep(vkey);
  assert.equal((await checks(page))[0], "Holds: the checkpoint is signed by the key that you gave");
  await keep("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  assert.deepEqual(await checks(page), ["REFUSED: the checkpoint is of another log: log.example.org"]);
});

await visit("a browser without Ed25519 says that it has checked nothing", {}, async (page) => {
  await page.addInitScript(() => {
    const original = crypto.subtle.importKey.bind(crypto.subtle);
    SubtleCrypto.prototype.importKey = (format, key, algorithm, ...rest) =>
      algorithm.name === "Ed25519"
        ? Promise.reject(new DOMException("unknown", "NotSupportedError"))
        : original(format, key, algorithm, ...rest);
  });
  await open(page, "/entry/1");
  assert.deepEqual(await checks(page), [
    "Not checked: this browser does not know Ed25519: the signature was NOT checked",
  ]);
  assert.ok(await isNotVerified(page));
});

await visit("without scripts the page is readable, and claims nothing", { javaScriptEnabled: false }, async (page) => {
  await page.goto(`${url}/`);
  assert.match(await page.locator("noscript").textContent(), /Nothing on this page has been verified/);
  assert.equal(await page.locator("#size").textContent(), "4");
  assert.equal(await page.locator(".scripted >> visible=true").count(), 0);
  await page.click('a[href="entry/0"]');
  assert.match(await page.locator("body").innerText(), /Nothing on this page has been verified/);
  assert.match(await page.locator("#entry").textContent(), /"kind": "hashedrekord"/);
  assert.match(await page.locator(".claim").textContent(), /sha256:[0-9a-f]{64}/);
  await page.screenshot({ path: `${folder}/no-scripts.png`, fullPage: true });
});

await visit("a search asks the log's look-ups, and links what they name", {}, async (page) => {
  const asked = [];
  await page.route("**/api/v1/find/**", (route) => {
    asked.push(new URL(route.request().url()).pathname);
    return route.fulfill({ json: { complete: 4, next: null, entries: [{ index: 2, entry: "" }], hashes: [], checkpoint: "" } });
  });
  await open(page, "/");
  for (const text of [`sha256:${"ab".repeat(32)}`, `key:${"cd".repeat(32)}`, "ci@example.com"]) {
    await page.fill("#search-text", text);
    await page.click("#search-form button");
    await page.waitForSelector("#found a");
  }
  assert.deepEqual([...new Set(asked)], [
    `/api/v1/find/sha256/${"ab".repeat(32)}`,
    `/api/v1/find/subject/sha256/${"ab".repeat(32)}`,
    `/api/v1/find/key/${"cd".repeat(32)}`,
    "/api/v1/find/identity/Y2lAZXhhbXBsZS5jb20",
  ]);
  await page.click("#found a");
  await page.waitForSelector("body[data-checked=done]");
  assert.ok(await isVerified(page));
});

// What the page says of the entries that a search brings.
async function search(page, text) {
  await page.fill("#search-text", text);
  await page.click("#search-form button");
  await page.waitForSelector("#found-note:not(:empty)");
  return page.locator("#found li").allTextContents();
}

const fits = (index) => `entry ${index}: Holds: it is in the signed tree, and names what you searched for`;

// Answers searches with these entries, whatever is searched for; by subject with none.
async function fake(page, entries) {
  await page.unroute("**/api/v1/find/**");
  await page.route("**/api/v1/find/**", (route) =>
    route.fulfill({ json: { entries: route.request().url().includes("/subject/") ? [] : entries } }));
}

await visit("what a search finds is proved, and read", {}, async (page, troubles) => {
  await open(page, "/entry/1");
  const key = await page.locator("#read code").nth(1).textContent();
  await open(page, "/");
  const isFollowed = async () => (await search(page, digestOf(2))).length > 0; // look-ups come a little later
  for (let i = 0; i < 100 && !(await isFollowed()); ++i) await page.waitForTimeout(50);
  assert.deepEqual(await search(page, digestOf(1)), [fits(1)]);
  assert.deepEqual(await search(page, `key:${key}`), [0, 1, 2].map(fits));
  assert.deepEqual(await search(page, digestOf(7)), []);
  assert.deepEqual(troubles, []);
});

await visit("entries that are not what was searched for are refused", {}, async (page) => {
  await open(page, "/");
  await fake(page, [0, 1, 2, 3].map((index) => ({ index, entry: btoa("anything") })));
  const other = (index, what) => `entry ${index}: REFUSED: the entry does not name ${what}`;
  const digest = digestOf(1);
  assert.deepEqual(await search(page, digest), [
    other(0, `digest ${digest}`), fits(1), other(2, `digest ${digest}`), other(3, `digest ${digest}`),
  ]);
  await page.screenshot({ path: `${folder}/search.png`, fullPage: true });
  const key = "cd".repeat(32);
  assert.deepEqual(await search(page, `key:${key}`), [0, 1, 2, 3].map((index) => other(index, `key ${key}`)));
  const who = "ci@example.com";
  assert.deepEqual(await search(page, who), [0, 1, 2, 3].map((index) => other(index, `identity ${who}`)));
});

await visit("a search that is answered with entries of no tree is refused", {}, async (page) => {
  await tamper(page, "**/tile/entries/**", (body) => {
    const [was, is] = [2, 7].map((i) => Buffer.from(digestOf(i).slice(7), "hex").toString("base64"));
    return Buffer.from(body.toString("latin1").replace(was, is), "latin1");
  });
  await open(page, "/");
  await fake(page, [{ index: 2 }, { index: 4 }, { index: "4/../../x" }, { index: -1 }, { index: 0.5 }]);
  assert.deepEqual(await search(page, digestOf(7)), [
    "entry 2: REFUSED: the entry is not in the signed tree",
    "entry 4: Not checked: it is newer than this page: load the page again",
  ]);
});

await visit("a search with a tampered proof is refused", {}, async (page) => {
  await tamper(page, "**/tile/0/**", (body) => {
    body[0] ^= 1;
    return body;
  });
  await open(page, "/");
  await fake(page, [{ index: 1 }]);
  assert.deepEqual(await search(page, digestOf(1)), ["entry 1: REFUSED: the entry is not in the signed tree"]);
});

await visit("a search below a checkpoint that was refused checks nothing", {}, async (page) => {
  await tamper(page, "**/checkpoint", (body) => body.toString().replace("\n4\n", "\n5\n"));
  await open(page, "/");
  await fake(page, [{ index: 1 }]);
  assert.deepEqual(await search(page, digestOf(1)), [
    "entry 1: Not checked: there is no checkpoint to check it with",
  ]);
});

await browser.close();
console.log(`${passed} passed, 0 failed`);
