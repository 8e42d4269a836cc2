#!/usr/bin/env node
// The program that npm installs. CommonJS, as Node's pool of threads starts with the first ES module that it loads, and reads its size
// then: photos are read and decoded there, by default on four threads, however many cores there are.
process.env.UV_THREADPOOL_SIZE ??= String(
  Math.max(4, process.getBuiltinModule('node:os').availableParallelism()),
);
void import('./main.js');
