import '../app/style.css';
import { mountApp } from '../app/app.ts';
import { serverBackend } from './server-backend.ts';

const root = document.getElementById('app');
if (root !== null) {
  mountApp(root, { backend: serverBackend(new URL('.', document.baseURI)), title: 'Regraft' });
}
