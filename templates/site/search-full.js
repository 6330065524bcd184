// Finds papers by their whole texts, in bundles that pagefind made (digest/pagefind.py). Its
// program gets all bundles as one; what it sorts it sorts by bundle, of which the latest are first.

const FOLDER = new URL("full/", import.meta.url);
const PATIENCE = 20_000; // of a program that cannot start nothing is heard
const WORDS = 40; // of an excerpt
let open = null; // the bundles as they were last told of

const path = (name) => new URL(`${name}/`, FOLDER).href;

function inTime(promise) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("pagefind does not start")), PATIENCE));
  return Promise.race([promise, late]);
}

async function start({ program, bundles }) {
  const pagefind = await import(`${path(program)}pagefind.js`);
  const index = pagefind.createInstance({ basePath: path(program) });
  await index.init();
  const options = (bundle) => ({ excerptLength: WORDS, mergeFilter: { site: "all", bundle } });
  await Promise.all(bundles.map(([name]) => index.mergeIndex(path(name), options(name))));
  return { index, names: bundles.map(([name]) => name) };
}

// Opens the bundles; again where others were published since.
export async function ready() {
  const answer = await fetch(new URL("index.json", FOLDER), { cache: "no-cache" });
  if (!answer.ok) throw new Error(`full/index.json: ${answer.status}`);
  const told = await answer.text();
  if (open?.told !== told) {
    const before = open;
    open = { told, ...(await inTime(start(JSON.parse(told)))) };
    before?.index.destroy();
  }
  return open;
}

// Whether something is asked for that this can look for.
export const isQuestion = ({ q, topic, year, edition }) => Boolean(q || topic || year || edition);

// An excerpt, in which words are marked, as pairs of a text and whether it is marked.
function pieces(excerpt, content) {
  const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  const told = excerpt.split(/<\/?mark>/).map((text, at) => [plain(text), at % 2 === 1]);
  const whole = told.map(([text]) => text).join("").trim();
  if (!content.startsWith(whole)) told.unshift(["… ", false]);
  if (!content.endsWith(whole)) told.push([" …", false]);
  return told;
}

async function hit(result) {
  const { raw_url: slug, meta, excerpt, content } = await result.data();
  return {
    slug,
    title: meta.title,
    authors: (meta.authors ?? "").split("\n").filter(Boolean),
    published: meta.published ?? "",
    editions: meta.edition ? [meta.edition] : [],
    excerpt: pieces(excerpt, content),
  };
}

// Returns a function that gives the next `count` hits, how many there are, and that it is all.
export async function find(asked) {
  const { index, names } = await ready();
  const chosen = ["topic", "year", "edition"].filter((name) => asked[name]);
  const filters = { site: "all", ...Object.fromEntries(chosen.map((name) => [name, asked[name]])) };
  const term = asked.q || null;
  const best = (await index.search(term, { filters })).results;
  const byDay = !term || asked.order === "newest";
  const waiting = byDay ? [] : [...best];
  const left = byDay ? [...names] : [];
  return async (count) => {
    while (waiting.length < count && left.length) {
      const within = { ...filters, bundle: left.shift() };
      waiting.push(...(await index.search(term, { filters: within, sort: { day: "desc" } })).results);
    }
    const hits = await Promise.all(waiting.splice(0, count).map(hit));
    return { hits, found: best.length, isAll: true };
  };
}
