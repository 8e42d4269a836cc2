// Saves model.onnx and run.json, both "new", and dies of SIGKILL before the nth rename: <folder> <n>.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [folder = '', nth = '1'] = process.argv.slice(2);
const { rename } = fs;
let renames = 0;
fs.rename = async (from, to) => {
  if (++renames === Number(nth)) {
    process.kill(process.pid, 'SIGKILL');
    // The signal takes a moment.
    await new Promise(() => undefined);
  }
  return rename(from, to);
};
syncBuiltinESMExports();
const { saveFiles } = await import('../save.ts');
await saveFiles(
  folder,
  new Map([
    ['run.json', 'new'],
    ['model.onnx', 'new'],
  ]),
);
process.stdout.write('saved');
