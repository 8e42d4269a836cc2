import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import { type PredictAnswer, predictAnswer } from '../answers.ts';
import { parseQuery } from '../parse-query.ts';
import { predictPhoto } from '../predict-photo.ts';
import { toPredictionAnswer } from '../prediction-answer.ts';
import type { Route } from '../route.ts';
import { workOnPhotos } from '../work-on-photos.ts';

const expected = 'a whole number of at least 1';
const query = z.strictObject({
  top: z
    .string()
    .regex(/^0*[1-9]\d{0,8}$/, { error: expected })
    .transform(Number)
    .default(5)
    .describe('How many classes to give for each photo.'),
});

/** Classifies one photo, or those of a form. */
export const predictRoute: Route = {
  method: 'POST',
  path: '/v1/models/:name/predict',
  documented: {
    id: 'predict',
    summary: 'Classify photos',
    query,
    takesPhotos: 'many',
    answers: [
      {
        status: 200,
        description:
          'What the photos show. In a form, one that cannot be read has an error and the others go on.',
        type: 'application/json',
        schema: ['Predictions', predictAnswer],
      },
    ],
    errors: [400, 401, 404, 413, 415, 422, 429, 500, 503, 504],
  },
  async handle(context, state) {
    const { top } = parseQuery(query, context);
    const { isForm, photos, results } = await workOnPhotos(
      context,
      state,
      state.maxFiles,
      (loaded, photo, signal) => predictPhoto(loaded, photo, top, state, signal),
    );
    const error = isForm ? undefined : results[0]?.error;
    if (error !== undefined) throw new RegraftError(error.code, error.reason);
    const predictions = results.map((prediction, index) =>
      toPredictionAnswer(prediction, photos[index]?.name),
    );
    return context.json<PredictAnswer>({ predictions });
  },
};
