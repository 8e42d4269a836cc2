import { z } from 'zod';
import { parseQuery } from '../parse-query.ts';
import type { Route } from '../route.ts';
import { workOnPhotos } from '../work-on-photos.ts';

const query = z.strictObject({
  label: z.string().optional().describe('The class to explain; by default the most probable one.'),
});

/** Draws which places of a photo speak for a class. */
export const explainRoute: Route = {
  method: 'POST',
  path: '/v1/models/:name/explain',
  documented: {
    id: 'explain',
    summary: 'Show which places of a photo speak for a class',
    query,
    takesPhotos: 'one',
    answers: [
      {
        status: 200,
        description:
          'The photo with a heat map over it; the header X-Regraft-Label names the class, percent-encoded.',
        type: 'image/png',
      },
    ],
    errors: [400, 401, 404, 413, 415, 422, 429, 500, 503, 504],
  },
  async handle(context, state) {
    const { label } = parseQuery(query, context);
    const { maxPixels } = state.options;
    const { results } = await workOnPhotos(context, state, 1, ({ classifier }, photo, signal) =>
      classifier.explain(photo, { label, maxPixels, signal }),
    );
    const [explanation] = results;
    return context.body((explanation?.png ?? new Uint8Array()) as Uint8Array<ArrayBuffer>, 200, {
      'content-type': 'image/png',
      'x-regraft-label': encodeURIComponent(explanation?.label ?? ''),
    });
  },
};
