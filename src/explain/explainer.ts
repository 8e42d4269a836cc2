import type { ModelMetadata } from '../model/metadata.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import type { SessionPool } from '../runtime/session-pool.ts';
import { buildExplanationGraphs } from './explanation-graphs.ts';
import { addHeatMaps, heatMapOf, type HeatMap } from './heat-map.ts';
import { explainedInput, mapOutput } from './map-graph.ts';

/** What a model says of one photo, and how to learn why. */
export interface Look {
  /** The model's own outputs. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Draws the heat map of the class of an index. */
  readonly heatOf: (label: number) => Promise<HeatMap>;
}

/** Runs a model so that its classes can be traced to places in the photo. */
export interface Explainer {
  /**
   * Looks at one photo.
   *
   * @param image - The model's input, uint8 `[1, height, width, 3]`; its buffer is moved away.
   * @throws RegraftError `RUNTIME_FAILED`, `CANCELLED`.
   */
  look(image: Tensor, signal?: AbortSignal): Promise<Look>;
}

/**
 * Opens the graphs that explain a model; the caller closes them.
 *
 * @param open - Opens a graph: beside the model's own sessions, which also closes it.
 * @param path - The model's file, for errors.
 * @throws RegraftError `NOT_EXPLAINABLE`, `RUNTIME_FAILED`.
 */
export async function openExplainer(
  {
    path,
    model,
    metadata,
  }: { readonly path: string; readonly model: Model; readonly metadata: ModelMetadata },
  open: (graph: Model) => Promise<SessionPool>,
): Promise<Explainer> {
  const graphs = buildExplanationGraphs(model, metadata, path);
  const input = model.graph.inputs[0]?.name ?? '';
  const network = await open(graphs.network);
  const maps = await Promise.all(
    graphs.maps.map(async ({ model: map, ...known }) => ({ ...known, pool: await open(map) })),
  );
  const classes = metadata.labels.length;
  return {
    async look(image, signal) {
      const outputs = await network.run({ [input]: image }, { signal, transfer: true });
      return {
        outputs,
        async heatOf(label) {
          const data = new Float32Array(classes);
          data[label] = 1;
          const explained: Tensor = { type: 'float32', dims: [1, classes], data };
          const drawn = await Promise.all(
            maps.map(async ({ pool, reads, spatial }) => {
              const feeds = Object.fromEntries(
                reads.flatMap((name) => (outputs[name] ? [[name, outputs[name]]] : [])),
              );
              const { [mapOutput]: map } = await pool.run(
                { ...feeds, [explainedInput]: explained },
                { signal },
              );
              if (map === undefined) throw new Error(`The map graph of ${path} gave no ${mapOutput}`);
              return heatMapOf(map, spatial);
            }),
          );
          return addHeatMaps(drawn);
        },
      };
    },
  };
}
