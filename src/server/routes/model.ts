import { type ModelAnswer, modelAnswer } from '../answers.ts';
import type { Route } from '../route.ts';

/** Describes one model. */
export const modelRoute: Route = {
  method: 'GET',
  path: '/v1/models/:name',
  documented: {
    id: 'getModel',
    summary: 'Describe a model',
    answers: [
      {
        status: 200,
        description: 'Its labels, and what is known of it.',
        type: 'application/json',
        schema: ['Model', modelAnswer],
      },
    ],
    errors: [401, 404, 503],
  },
  async handle(context, { models }) {
    const model = models.find(context.req.param('name') ?? '');
    return await model.use(({ description }) => Promise.resolve(context.json<ModelAnswer>(description)));
  },
};
