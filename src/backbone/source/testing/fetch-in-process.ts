// Runs fetchNetwork in a process of its own: <home> <source>. Prints the network as JSON, or the error's code and message.
import { RegraftError } from '../../../errors.ts';
import { fetchNetwork } from '../fetch-network.ts';

const [home = '', source = ''] = process.argv.slice(2);
try {
  const network = await fetchNetwork(source, { home, retryDelaysMs: [] });
  process.stdout.write(JSON.stringify(network));
} catch (error) {
  if (!(error instanceof RegraftError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
