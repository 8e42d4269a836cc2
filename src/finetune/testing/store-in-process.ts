// Stores the pixels of ten views of photos in a process of its own: <home> <folder of photos> <number of photos>. Prints what it did.
import { viewsOf } from '../../shared/photo-view.ts';
import { storeActivations } from '../activations/store-activations.ts';
import { cutNetwork } from '../cut/cut-network.ts';
import { drawPhotos } from './draw-photos.ts';
import { floatBackbone } from './float-backbone.ts';

const [home = '', folder = '', count = '0'] = process.argv.slice(2);
const backbone = floatBackbone(160);
const photos = await drawPhotos(folder, Number(count));
const cut = cutNetwork(backbone, 'all');
const { computed, cached } = await storeActivations(photos, backbone, cut, viewsOf(10), { home, workers: 1 });
process.stdout.write(JSON.stringify({ computed, cached }));
