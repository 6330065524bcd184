// The page of the search: the form, its address, what was found. What finds is an engine:
// `full.js` where the page says that there is one and it can be loaded, else `titles.js`. Every
// word that a reader sees stands in the page.

const SHOWN = 20;
const PEOPLE = 8;
const form = document.getElementById("search");
const status = document.getElementById("status");
const list = document.getElementById("found");
const more = document.getElementById("more");
const { language, papers, editions } = form.dataset;
const dates = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
let turn = 0; // of several searches only the last is shown
let next = null;

async function load() {
  if (form.dataset.engine === "full") {
    try {
      const full = await import("./full.js");
      await full.ready();
      return full;
    } catch {
      form.elements.order.disabled = true;
    }
  }
  return import("./titles.js");
}

let engine = null;
const loaded = () => (engine ??= load().catch((error) => { engine = null; throw error; }));

const fields = () => [...form.elements].filter((field) => field.name);

function askedInForm() {
  return Object.fromEntries(fields().map((field) => [field.name, field.value.trim()]));
}

function address(asked) {
  const told = Object.entries(asked).filter(([, value]) => value);
  const query = new URLSearchParams(told).toString();
  return query ? `?${query}` : location.pathname;
}

function fill() {
  const told = new URLSearchParams(location.search);
  for (const field of fields()) {
    field.value = told.get(field.name) ?? "";
    if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
  }
}

// One of the page's sentences, a number in the place of {n}.
function sentence(name, number) {
  const said = document.getElementById("said").content.querySelector(`[data-said="${name}"]`);
  const shown = said.cloneNode(true);
  for (const node of shown.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      node.data = node.data.replace("{n}", number.toLocaleString(language));
    }
  }
  return shown;
}

const say = (name, number = 0) => status.replaceChildren(sentence(name, number));

function marked([text, isMarked]) {
  if (!isMarked) return text;
  const mark = document.createElement("mark");
  mark.textContent = text;
  return mark;
}

function people(authors) {
  const few = authors.length <= PEOPLE ? authors : authors.slice(0, PEOPLE - 2);
  const shown = few.flatMap((author, at) => {
    const name = document.createElement("bdi");
    name.textContent = author;
    return at ? [", ", name] : [name];
  });
  return few === authors ? shown : [...shown, " ", sentence("others", authors.length - few.length)];
}

function inWords(day) {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.valueOf()) ? day : dates.format(date);
}

function card(hit) {
  const shown = document.getElementById("hit").content.cloneNode(true);
  const put = (part, nodes) => {
    const place = shown.querySelector(`[data-part="${part}"]`);
    if (nodes.length) place.replaceChildren(...nodes);
    else place.closest("[data-whole]").remove();
    return place;
  };
  put("title", [hit.title]).closest("a").href = `${papers}${encodeURIComponent(hit.slug)}/index.html`;
  const [edition] = hit.editions;
  const at = put("edition", edition ? [inWords(edition)] : []);
  at.href = edition ? `${editions}${encodeURIComponent(edition)}/index.html` : "";
  const day = put("published", hit.published ? [inWords(hit.published)] : []);
  day.dateTime = hit.published;
  put("authors", people(hit.authors));
  put("excerpt", (hit.excerpt ?? []).map(marked));
  return shown;
}

async function show(isFirst) {
  const mine = turn;
  try {
    const { hits, found, isAll } = await next(SHOWN);
    if (mine !== turn) return;
    const before = list.children.length;
    list.append(...hits.map(card));
    say(isAll ? (found ? "found" : "none") : "so-far", found);
    more.hidden = isAll && list.children.length >= found;
    if (!isFirst) list.children[before]?.querySelector("a").focus();
  } catch (error) {
    fail(mine, error);
  }
}

function fail(mine, error) {
  if (mine !== turn) return;
  console.info(`search: ${error}`);
  more.hidden = true;
  say("failed");
}

async function run() {
  const mine = ++turn;
  const asked = askedInForm();
  list.replaceChildren();
  more.hidden = true;
  say("searching");
  try {
    const { find, isQuestion } = await loaded();
    if (mine !== turn) return;
    if (!isQuestion(asked)) return say(asked.q ? "no-word" : "ready");
    next = await find(asked);
    if (mine === turn) await show(true);
  } catch (error) {
    fail(mine, error);
  }
}

function go() {
  const asked = askedInForm();
  if (address(asked) !== (location.search || location.pathname)) history.pushState(null, "", address(asked));
  run();
}

form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
form.addEventListener("change", (event) => {
  if (event.target.name !== "q" && form.checkValidity()) go();
});
more.addEventListener("click", () => show(false));
addEventListener("popstate", () => { fill(); run(); });

form.querySelector("fieldset").disabled = false;
fill();
if (location.search) run();
else say("ready");
