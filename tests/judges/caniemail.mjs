// Judges a mail by the tables of caniemail.com: node caniemail.mjs FILE.html [CLIENTS…]
//
// Prints JSON: {"lacks": {feature: [client…]}, "partly": {feature: [client…]}}, sorted. What of it is
// allowed stands in mail_allowed.json; that is for the caller to compare.
import { readFileSync } from 'node:fs';
import { caniemail } from 'caniemail';

const [file, ...clients] = process.argv.slice(2);
const { issues } = caniemail({
  clients: clients.length ? clients : ['gmail.*', 'outlook.*', 'apple-mail.*'],
  html: readFileSync(file, 'utf8'),
});

function byFeature(found) {
  const features = {};
  for (const [client, several] of found) {
    for (const { title } of several) (features[title] ??= new Set()).add(client);
  }
  const sorted = Object.entries(features).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([title, set]) => [title, [...set].sort()]));
}

const found = { lacks: byFeature(issues.errors), partly: byFeature(issues.warnings) };
process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
