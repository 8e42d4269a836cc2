import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../../src/export/web-browser.ts';

/** Chromium's program file; undefined where there is none. */
export const chromiumPath = await findBrowser().catch(() => undefined);

/** Whether tests that need a browser are left out; under REGRAFT_TEST_ALL=1 they fail instead. */
export const skipBrowser = chromiumPath === undefined && process.env.REGRAFT_TEST_ALL !== '1';

/** Opens Chromium without a window, with a camera that shows a moving pattern. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
}
