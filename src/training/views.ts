import { z } from 'zod';
import type { Backbone } from '../backbone/backbone.ts';
import { RegraftError } from '../errors.ts';
import { type Augment, augmentedViewsOf, augments, type FeatureView } from '../features/feature-view.ts';
import { batchOf } from '../onnx/batch-of.ts';
import { choice } from '../options.ts';
import { type PhotoView, type ViewCount, viewCounts, viewsOf } from '../shared/photo-view.ts';

/** How many views of a photo a training looks at. */
export interface ViewOptions {
  /** Views of each photo to learn from: the whole photo; with its mirror; with the middle 80 % too; or with four corners of 80 %, each mirrored; or `auto`: ten where photos are few, else one. @default 'auto' */
  readonly views?: ViewCount | 'auto' | undefined;
  /** Views that the model averages, in tests and in every prediction. @default that of `views`, one where that is `auto` */
  readonly testViews?: ViewCount | undefined;
  /** Augmented views of each photo to learn from too: two of other colours, or four that are moved and turned as well. @default 'none' */
  readonly augment?: Augment | undefined;
}

/** The schema of a number of views. */
export function viewCount(): z.ZodLiteral<ViewCount> {
  return z.literal([...viewCounts], { error: '1, 2, 4 or 10' });
}

const countOrAuto = z.literal(['auto', ...viewCounts], { error: '"auto", 1, 2, 4 or 10' });

/** The schema of {@link ViewOptions}. */
export const viewOptions = {
  views: countOrAuto.default('auto'),
  testViews: viewCount().optional(),
  augment: choice(augments as [Augment, ...Augment[]]).default('none'),
};

/** The views that a training looks at. */
export interface ViewPlan {
  /** Those that heads learn from. */
  readonly learn: readonly FeatureView[];
  /** Those whose average is judged, and which the model file makes. */
  readonly judge: readonly PhotoView[];
  /** All of them, each once. */
  readonly all: readonly FeatureView[];
}

/** Lists the views of a training. */
export function planViews({
  views,
  testViews,
  augment,
}: Readonly<Required<Record<'views' | 'testViews', ViewCount>> & { augment: Augment }>): ViewPlan {
  const judge = viewsOf(testViews);
  const learn = [...viewsOf(views), ...augmentedViewsOf(augment)];
  return { learn, judge, all: [...new Set([...judge, ...learn])] };
}

/**
 * Refuses several views for a network that takes one photo at a time, as they are pictures of one run.
 *
 * @throws RegraftError `INVALID_OPTION`
 */
export function checkViews({ all }: ViewPlan, { id, model }: Backbone): void {
  if (all.length === 1 || batchOf(model) !== 1) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected one view of each photo for ${id}, which takes one photo at a time, but received ${all.length}: ${all.join(', ')}.`,
    {
      hint: 'Leave out --views, --test-views and --augment (1, 1 and none), or export the network with an open batch.',
    },
  );
}
