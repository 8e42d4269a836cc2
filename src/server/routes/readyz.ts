import { type ReadyAnswer, readyAnswer } from '../answers.ts';
import type { Route } from '../route.ts';

/** Tells whether photos are taken, and how each model is. */
export const readyzRoute: Route = {
  method: 'GET',
  path: '/readyz',
  documented: {
    id: 'readyz',
    summary: 'Tell whether photos are taken',
    answers: [
      {
        status: 200,
        description: 'Every model is loaded.',
        type: 'application/json',
        schema: ['Readiness', readyAnswer],
      },
      {
        status: 503,
        description: 'The models are being loaded, or the server is stopping.',
        type: 'application/json',
        schema: ['Readiness', readyAnswer],
      },
    ],
    errors: [401],
  },
  handle(context, { models, stopping }) {
    const status = stopping ? 'stopping' : models.ready ? 'ready' : 'loading';
    const answer: ReadyAnswer = {
      status,
      models: models.models.map(({ name, current, lastError }) => ({
        name,
        status: current === undefined ? 'loading' : 'ready',
        sha256: current?.description.sha256 ?? null,
        loadedAt: current?.description.loadedAt ?? null,
        lastError,
      })),
    };
    return context.json(answer, status === 'ready' ? 200 : 503);
  },
};
