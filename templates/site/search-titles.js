// Finds papers by title and authors, in lists of the papers, the latest list first. What a list
// holds is what digest/render/to_search.py wrote.

import { authorsText, folded, isMeant, parse, titleText } from "./words.js";

const AT_ONCE = 5; // lists are fetched so many at a time
const LEAST = 10; // and so many are looked through before a full page is enough
const kept = new Map();

async function fetched(path, options) {
  const answer = await fetch(new URL(path, import.meta.url), options);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function paper([slug, title, authors, published, editions, topics, words]) {
  const texts = { title: titleText(words ?? folded(title)), authors: authorsText(authors) };
  return { slug, title, authors, published, editions: editions.split(" "), topics: topics.split(" "), texts };
}

async function papersOf([number, mark]) {
  const path = `papers/${number}.json?${mark}`;
  if (!kept.has(path)) kept.set(path, (await fetched(path)).papers.map(paper));
  return kept.get(path);
}

const mayHold = ([, , from, to], asked) =>
  !/^\d{4}-\d\d-\d\d$/.test(asked.edition) || (from <= asked.edition && asked.edition <= to);

function isAsked(each, asked, query) {
  return (!asked.topic || each.topics.includes(asked.topic))
    && (!asked.year || each.published.startsWith(`${asked.year}-`))
    && (!asked.edition || each.editions.includes(asked.edition))
    && ((query.slug && each.slug === query.slug) || isMeant(query, each.texts));
}

// Whether something is asked for that this can look for.
export function isQuestion(asked) {
  return Boolean(parse(asked.q).allOf.length || asked.topic || asked.year || asked.edition);
}

// Returns a function that gives the next `count` hits, how many were found so far, and whether
// that is all.
export async function find(asked) {
  const query = parse(asked.q);
  const told = await fetched("papers/index.json", { cache: "no-cache" });
  const lists = told.lists.filter((list) => mayHold(list, asked));
  const waiting = [];
  let at = 0, found = 0;
  return async (count) => {
    while (at < lists.length && (waiting.length < count || at < LEAST)) {
      const some = await Promise.all(lists.slice(at, at + AT_ONCE).map(papersOf));
      const hits = some.flat().filter((each) => isAsked(each, asked, query));
      at += AT_ONCE;
      found += hits.length;
      waiting.push(...hits);
    }
    return { hits: waiting.splice(0, count), found, isAll: at >= lists.length };
  };
}
