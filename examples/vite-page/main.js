import { loadClassifier } from 'regraft/web';

const input = document.querySelector('input');
const status = document.querySelector('[role=status]');

try {
  const classifier = await loadClassifier(new URL('model.onnx', document.baseURI));
  status.textContent = `Ready: tells ${classifier.labels.join(', ')}.`;
  input.disabled = false;
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (file === undefined) return;
    status.textContent = 'Looking…';
    const { label, probability, error } = await classifier.classify(file);
    status.textContent = error
      ? `This cannot be read: ${error.reason}`
      : `${label} (${(probability * 100).toFixed(1)} %)`;
  });
} catch (error) {
  status.textContent = error.message;
}
