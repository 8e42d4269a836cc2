// node train-and-classify.js <folder of class folders> <photo> [folder for the model]
import { loadClassifier, RegraftError, train } from 'regraft';

const [photos, photo, out = 'model'] = process.argv.slice(2);
if (photos === undefined || photo === undefined) {
  console.error('Usage: node train-and-classify.js <folder of class folders> <photo> [folder for the model]');
  process.exit(2);
}

try {
  const { run, folder } = await train(photos, {
    out,
    onProgress(event) {
      if (event.type === 'done') console.error(event.text);
      if (event.type === 'notice') console.error(`Note: ${event.text}`);
    },
  });
  const { accuracy, count } = run.metrics.test;
  console.log(`${(accuracy * 100).toFixed(1)} % of ${count} test photos right`);

  const classifier = await loadClassifier(folder);
  try {
    const { label, probability } = await classifier.classifyOne(photo);
    console.log(`${photo}: ${label} (${(probability * 100).toFixed(1)} %)`);
  } finally {
    await classifier[Symbol.asyncDispose]();
  }
} catch (error) {
  if (!(error instanceof RegraftError)) throw error;
  // What was expected and found, and what to do.
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`);
  process.exitCode = 1;
}
