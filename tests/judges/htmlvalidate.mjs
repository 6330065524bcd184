// Asks html-validate about pages: node htmlvalidate.mjs CONFIG.json FILE.html...
//
// Prints JSON, as the program's own command does; but that resolves its configuration anew for each
// file, which takes it as long as judging does. Here one is for all.
import { readFileSync } from 'node:fs';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';

class OneForAll extends FileSystemConfigLoader {
  getConfigFor(name, override) {
    this.resolved ??= super.getConfigFor(name, override);
    return this.resolved;
  }
}

const [config, ...files] = process.argv.slice(2);
const judge = new HtmlValidate(new OneForAll(JSON.parse(readFileSync(config, 'utf8'))));
const { results } = await judge.validateMultipleFiles(files);
const told = results.map(({ filePath, messages }) => ({ filePath, messages }));
process.stdout.write(JSON.stringify(told));
