import { type ModelsAnswer, modelsAnswer } from '../answers.ts';
import type { Route } from '../route.ts';

/** Lists the models. */
export const modelsRoute: Route = {
  method: 'GET',
  path: '/v1/models',
  documented: {
    id: 'listModels',
    summary: 'List the models',
    answers: [
      {
        status: 200,
        description: 'The models that are loaded.',
        type: 'application/json',
        schema: ['Models', modelsAnswer],
      },
    ],
    errors: [401],
  },
  handle(context, { models }) {
    const loaded = models.models.flatMap(({ current }) =>
      current === undefined ? [] : [current.description],
    );
    return context.json<ModelsAnswer>({ models: loaded });
  },
};
