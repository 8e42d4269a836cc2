// node server.js <model folder>; PORT and HOST from the environment
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { loadClassifier } from 'regraft';

const [model = 'model'] = process.argv.slice(2);
const classifier = await loadClassifier(model);
const app = new Hono();

app.get('/labels', (c) => c.json(classifier.labels));

// curl --data-binary @photo.jpg http://127.0.0.1:3000/classify
app.post('/classify', bodyLimit({ maxSize: 20 * 1024 * 1024 }), async (c) => {
  const photo = await c.req.arrayBuffer();
  const prediction = await classifier.classifyOne(photo, { top: 3 });
  // A photo that cannot be read is no exception: it says so itself.
  if (prediction.error) return c.json({ error: prediction.error }, 422);
  const { label, probability, top } = prediction;
  return c.json({ label, probability, top });
});

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST ?? '127.0.0.1' },
  ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`),
);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(async () => {
      await classifier[Symbol.asyncDispose]();
      process.exit(0);
    });
  });
}
