import type { ExportFormat } from './export-format.ts';
import { findBrowser } from './web-browser.ts';
import { assemblePage, readBuiltFiles, webRuntimeVersion } from './web-page.ts';
import { scoreInBrowser } from './web-score.ts';

/** A static page that classifies photos in the browser of whoever opens it; tested in Chromium without a window. */
export const webFormat: ExportFormat = {
  name: 'web',
  describe: 'a page that classifies photos in the browser, without a server',
  runtime: () => `onnxruntime-web ${webRuntimeVersion} in Chromium`,
  needsTrainingPhotos: false,
  takesOpset: false,
  async make({ name, bytes }) {
    // Told before any work: without a browser nothing can be tested, and so nothing is written.
    await findBrowser();
    const [page, runtime] = await Promise.all([readBuiltFiles('page'), readBuiltFiles('runtime')]);
    return assemblePage(name, bytes, page, runtime);
  },
  score: scoreInBrowser,
};
