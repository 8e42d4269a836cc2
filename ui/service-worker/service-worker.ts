// Keeps the page for use without a network. Everything is asked for once, so that a page never mixes two exports.

const scope = globalThis as unknown as ServiceWorkerGlobalScope;

// The export writes them here: path:hash, separated by spaces. Other files are another version, and make another cache.
const files = '__REGRAFT_FILES__'.split(' ').map((entry) => entry.split(':')[0] ?? '');
const cacheName = 'regraft __REGRAFT_RELEASE__';
const addresses = new Set(files.map((file) => new URL(file, scope.registration.scope).href));

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) =>
        cache.addAll([...addresses].map((address) => new Request(address, { cache: 'no-cache' }))),
      )
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  address.search = '';
  address.hash = '';
  if (address.href === scope.registration.scope) address.pathname += 'index.html';
  if (request.method === 'GET' && addresses.has(address.href)) {
    event.respondWith(answer(address.href, request));
  }
});

async function answer(address: string, request: Request): Promise<Response> {
  const kept = await (await caches.open(cacheName)).match(address);
  return isolate(kept ?? (await fetch(request)));
}

// Pages that are isolated may compute with several threads, and few web servers send these headers.
function isolate({ body, status, statusText, headers }: Response): Response {
  const isolated = new Headers(headers);
  isolated.set('cross-origin-opener-policy', 'same-origin');
  isolated.set('cross-origin-embedder-policy', 'require-corp');
  return new Response(body, { status, statusText, headers: isolated });
}

// Only those of this folder: other exports of the same site keep theirs.
async function dropOthers(): Promise<void> {
  const prefix = 'regraft ';
  for (const name of await caches.keys()) {
    if (!name.startsWith(prefix) || name === cacheName) continue;
    const kept = await (await caches.open(name)).keys();
    if (kept.some(({ url }) => url === new URL('index.html', scope.registration.scope).href)) {
      await caches.delete(name);
    }
  }
}
