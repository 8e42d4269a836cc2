import { z } from 'zod';
import { RegraftError } from '../../errors.ts';
import { type PredictAnswer, predictAnswer } from '../answers.ts';
import { parseQuery } from '../parse-query.ts';
import { predictPhoto } from '../predict-photo.ts';
import { toPredictionAnswer } from '../prediction-answer.ts';
import { readBody } from '../read-body.ts';
import { readPhotos } from '../read-photos.ts';
import type { Route } from '../route.ts';
import { withinTime } from '../within-time.ts';

const expected = 'a whole number of at least 1';
const query = z.strictObject({
  top: z
    .string()
    .regex(/^\d{1,9}$/, { error: expected })
    .transform(Number)
    .refine((value) => value >= 1, { error: expected })
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
        description: 'What the photos show. In a form, one that cannot be read has an error and the others go on.',
        type: 'application/json',
        schema: ['Predictions', predictAnswer],
      },
    ],
    errors: [400, 401, 404, 413, 415, 422, 429, 500, 503, 504],
  },
  async handle(context, state) {
    const model = state.models.find(context.req.param('name') ?? '');
    const { top } = parseQuery(query, context);
    state.queue.checkRoom();
    using body = await readBody(context.req.raw, state.options.maxBodyBytes, state.bodies);
    const type = context.req.header('content-type') ?? null;
    const { isForm, photos } = await readPhotos(body.bytes, type, state.maxFiles);
    context.set('noted', { model: model.name, photos: photos.length, bytes: body.bytes.length });
    const predictions = await withinTime(context.req.raw.signal, state.options.timeoutMs, (signal) =>
      model.use((loaded) =>
        state.queue.run(
          photos.map(({ bytes }) => () => predictPhoto(loaded, bytes, top, state, signal)),
          signal,
        ),
      ),
    );
    const error = isForm ? undefined : predictions[0]?.error;
    if (error !== undefined) throw new RegraftError(error.code, error.reason);
    return context.json<PredictAnswer>({
      predictions: predictions.map((prediction, index) => toPredictionAnswer(prediction, photos[index]?.name)),
    });
  },
};
