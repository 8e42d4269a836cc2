// Writes segments into a store in a process of its own: <home> <first number> <segments>.
import { openFeatureStore } from '../store.ts';
import { rowsOf, tinyBackbone } from './tiny-backbone.ts';

const [home = '', first = '0', segments = '0'] = process.argv.slice(2);
const store = await openFeatureStore(home, tinyBackbone);
for (let index = 0; index < Number(segments); index++) {
  const number = Number(first) + index * 2;
  await store.append(rowsOf([number, number + 1]));
}
