import { healthAnswer } from '../answers.ts';
import type { Route } from '../route.ts';

/** Tells that the process answers. */
export const healthzRoute: Route = {
  method: 'GET',
  path: '/healthz',
  isOpen: true,
  documented: {
    id: 'healthz',
    summary: 'Tell whether the process is alive',
    answers: [
      {
        status: 200,
        description: 'It is.',
        type: 'application/json',
        schema: ['Health', healthAnswer],
      },
    ],
    errors: [],
  },
  handle(context) {
    return context.json({ status: 'alive' });
  },
};
