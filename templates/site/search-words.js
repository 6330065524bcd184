// What was asked, as words to look for; folded as digest/text/wording.py, persons.py and query.py
// fold them. tests/test_search_in_browser.py compares.

const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u1100-\\u11ff\\u3130-\\u318f"
  + "\\ua960-\\ua97f\\uac00-\\ud7ff\\u2e80-\\u2fdf\\u3005-\\u3007\\u3021-\\u3029\\u3040-\\u30fa"
  + "\\u30fc-\\u312f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff"
  + "\\u{20000}-\\u{3ffff}";
const MARKS = "\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670"
  + "\\u06d6-\\u06ed\\u0900-\\u0963\\u0966-\\u096f\\u0971-\\u0dff\\u0f18-\\u0f84";
const LETTER = "[\\p{L}\\p{N}]";
const SPACED = `(?![${UNSPACED}])${LETTER}`;
const WORD = new RegExp([
  `(?<!${LETTER})[a-z](?:\\+\\+|#)`, // C++, C#
  `[${UNSPACED}]`,
  `(?:${SPACED}|[${MARKS}])+`,
  `(?<=${SPACED})-(?=${SPACED})`, // a hyphen within a compound
  `(?<=${LETTER})[+#]`,
  "(?<![\\p{L}\\p{N}_.])\\.(?=[a-z])", // .NET
].join("|"), "gu");
const DASHES = /[\u2010-\u2013\u2212\ufe63\uff0d]/g;
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u20d0-\u20ff]/g;
const SPELLED = {
  "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
  "♯": "#", "ς": "σ", "\u0640": "", "\u00ad": "", "ß": "ss",
};
const CHEROKEE = /[\u13f8-\u13fd\uab70-\uabbf]/g; // its capitals are what is compared
const OF = /['\u2019\u02bc]s(?![\p{L}\p{N}])/gu; // whose it is
const APOSTROPHES = /['\u2018\u2019\u02bb\u02bc`\u00b4]/g;
const TITLES = ["jr", "sr", "ii", "iii", "iv"];
const QUOTES = /[“”„‟«»＂″]/g;
const PART = /(-+)?(?:(author|au|title|ti|id):(?=\S))?(?:"([^"]*)(?:"|$)(\*)?|([^\s"]+))/gi;
const MOST_LETTERS = 40, MOST_PARTS = 32, MOST_CHARACTERS = 1000;

const unique = (texts) => [...new Set(texts)];
const short = (word) => (word.length > MOST_LETTERS ? [...word].slice(0, MOST_LETTERS).join("") : word);

function level(text) {
  let plain = text.toLowerCase();
  if (/[^\0-\x7f]/.test(text)) {
    const apart = text.replace(DASHES, "-").normalize("NFKD").toUpperCase().toLowerCase();
    const cased = apart.replace(CHEROKEE, (letter) => letter.toUpperCase());
    const bare = cased.normalize("NFKD").replace(ACCENTS, "");
    plain = bare.replace(/[^\0-\x7f]/g, (sign) => SPELLED[sign] ?? sign).normalize("NFC");
  }
  return plain.replace(OF, "");
}

// The words of a text with blanks between them, and hyphens within compounds.
export function folded(text) {
  return (level(text).match(WORD) ?? []).join(" ").replaceAll(" - ", "-");
}

function nameWords(said) {
  const plain = level(said.replace(APOSTROPHES, "")).replace(/[^\p{L}\p{N}\s]/gu, " ");
  return plain.split(/\s+/).filter(Boolean);
}

// The words of a name, the family name last.
export function nameOf(said) {
  const comma = said.indexOf(",");
  if (comma >= 0) {
    const given = nameWords(said.slice(comma + 1));
    if (given.length && !TITLES.includes(given[0])) {
      return [...given, ...nameWords(said.slice(0, comma))];
    }
  }
  const words = nameWords(said);
  return words.length > 2 && TITLES.includes(words.at(-1)) ? words.slice(0, -1) : words;
}

// What is looked into for a title that is folded: compounds stand in it parted, and closed.
export function titleText(hyphened) {
  const words = hyphened.split(" ");
  const lines = [hyphened.replaceAll("-", " ").split(" ").map(short).join(" ")];
  words.forEach((word, at) => {
    if (word.includes("-")) {
      const near = words.slice(Math.max(0, at - 1), at + 2);
      lines.push(near.map((each) => short(each.replaceAll("-", ""))).join(" "));
    }
  });
  return ` ${lines.join(" | ")} `;
}

// What is looked into for authors: whole, without middle names, by the initial.
export function authorsText(authors) {
  const ways = authors.flatMap((author) => {
    const name = nameOf(author).map(short);
    if (name.length < 2) return name.length ? [name[0]] : [];
    const [first, last] = [name[0], name.at(-1)];
    return unique([name.join(" "), `${first} ${last}`, `${[...first][0]} ${last}`]);
  });
  return ` ${ways.join(" | ")} `;
}

function term(words, place, isOpen) {
  return { place, text: ` ${words.slice(0, MOST_PARTS).map(short).join(" ")}${isOpen ? "" : " "}` };
}

function termsOf([, , place, phrase, star, word]) {
  const where = (place ?? "").toLowerCase();
  const asked = word ?? phrase + (star ?? "");
  const plain = asked.split(/\s+/).filter(Boolean).join(" ");
  const bare = plain.replace(/[* ]+$/, "");
  if (where === "id") return [];
  if (where.startsWith("au")) {
    const name = nameOf(bare);
    return name.length ? [term(name, "authors", plain.endsWith("*"))] : [];
  }
  const words = folded(bare);
  if (!words) return [];
  const isOpen = plain.endsWith("*") && /[\p{L}\p{M}\p{N}]$/u.test(bare);
  const forms = unique([words.replaceAll("-", " "), words.replaceAll("-", "")]);
  return forms.map((form) => term(form.split(" "), where ? "title" : "", isOpen));
}

// What is meant: of each group of `allOf` any term, none of `noneOf`; `slug` is a paper's own.
export function parse(text) {
  const asked = text.replace(QUOTES, '"').slice(0, MOST_CHARACTERS).trim();
  const allOf = [], noneOf = [];
  let isOr = false, isOut = false;
  for (const said of [...asked.matchAll(PART)].slice(0, MOST_PARTS * 2)) {
    const [, minus, place, , , word] = said;
    if (!minus && !place && word) {
      if (["OR", "|", "||"].includes(word)) { isOr = allOf.length > 0; continue; }
      if (["AND", "&", "&&"].includes(word)) continue;
      if (word === "NOT") { isOut = true; continue; }
    }
    const terms = termsOf(said);
    if (terms.length) {
      if (isOut || minus) noneOf.push(...terms);
      else {
        if (isOr) allOf.at(-1).push(...terms);
        else allOf.push(terms);
        isOr = false;
      }
    }
    isOut = false;
  }
  const id = asked.match(/^(?:arxiv:|https?:\/\/arxiv\.org\/(?:abs|pdf)\/)?(\d{4}\.\d{4,5})(?:v\d+)?$/i);
  return { allOf: allOf.slice(0, MOST_PARTS), noneOf, slug: id ? id[1] : "" };
}

// Whether a paper with these texts is meant.
export function isMeant(query, texts) {
  const holds = ({ place, text }) => (place ? texts[place] : texts.title + texts.authors).includes(text);
  return query.allOf.every((terms) => terms.some(holds)) && !query.noneOf.some(holds);
}
