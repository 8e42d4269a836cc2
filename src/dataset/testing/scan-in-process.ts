// Scans a folder of photos in a process of its own: <folder> <home>. Prints the photos found and the growth of resident memory, MB.
import { scanDataset } from '../scan.ts';

const [folder = '', home = ''] = process.argv.slice(2);
const before = process.memoryUsage().rss;
const { photos } = await scanDataset(folder, { home });
const grownMb = process.resourceUsage().maxRSS / 1024 - before / 2 ** 20;
process.stdout.write(JSON.stringify({ photos: photos.length, grownMb }));
