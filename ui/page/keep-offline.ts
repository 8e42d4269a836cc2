/** Has the browser keep the page, its runtime and the model; tells whether it did. Pages that came over plain http cannot be kept. */
export async function keepOffline(): Promise<boolean> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return false;
  try {
    await container.register(new URL('service-worker.js', document.baseURI));
    // It is active once it has everything.
    await container.ready;
    return true;
  } catch {
    return false;
  }
}
