import type { Route } from '../route.ts';

/** Gives the figures for Prometheus. */
export const metricsRoute: Route = {
  method: 'GET',
  path: '/metrics',
  documented: {
    id: 'metrics',
    summary: 'Give the figures for Prometheus',
    answers: [{ status: 200, description: 'The text format of Prometheus.', type: 'text/plain' }],
    errors: [401],
  },
  async handle(context, { metrics }) {
    return context.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  },
};
