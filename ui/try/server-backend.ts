import type { Prediction } from '../../src/prediction.ts';
import { type Backend, PageError } from '../app/backend.ts';
import type { ModelsAnswer, PredictAnswer, PredictionAnswer } from './server-answers.ts';

const tokenKey = 'regraft.token';

/**
 * Answers by the server that the page came from.
 *
 * @param base - The server's address, with a slash at the end.
 */
export function serverBackend(base: URL): Backend {
  let token = sessionStorage.getItem(tokenKey);
  const ask = async (path: string, body?: Blob): Promise<Response> => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const method = body === undefined ? 'GET' : 'POST';
    const response = await fetch(new URL(path, base), { method, headers, body: body ?? null }).catch(
      (cause: unknown) => {
        throw new PageError('SERVER_UNREACHABLE', String(cause));
      },
    );
    if (response.ok) return response;
    if (response.status === 401 && token === null) throw new PageError('TOKEN_NEEDED', 'A token is needed.');
    throw await failureOf(response);
  };

  return {
    isLocal: false,
    authorize(given) {
      token = given;
      sessionStorage.setItem(tokenKey, given);
    },
    async open() {
      const { models } = (await (await ask('v1/models')).json()) as ModelsAnswer;
      return models;
    },
    async classify(photo, model) {
      const body = photo instanceof Blob ? photo : await frameOf(photo);
      const path = `v1/models/${encodeURIComponent(model)}/predict?top=5`;
      const answer = await ask(path, body).catch((error: unknown) => failedPhoto(error));
      if (!(answer instanceof Response)) return answer;
      const { predictions } = (await answer.json()) as PredictAnswer;
      return toPrediction(predictions[0]);
    },
    async explain(photo, model) {
      return (await ask(`v1/models/${encodeURIComponent(model)}/explain`, photo)).blob();
    },
  };
}

async function failureOf(response: Response): Promise<PageError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return new PageError(error.code, error.message);
  } catch {
    return new PageError('UNEXPECTED', `The server answers ${response.status}.`);
  }
}

/** A photo that the server cannot read is an answer; any other failure stays one. */
function failedPhoto(error: unknown): Prediction {
  if (!(error instanceof PageError) || !/^(PHOTO_|NOT_AN_IMAGE|FORMAT_)/.test(error.code)) throw error;
  const code = error.code as NonNullable<Prediction['error']>['code'];
  return { path: '', label: null, probability: null, top: [], error: { code, reason: error.message } };
}

function toPrediction(answer: PredictionAnswer | undefined): Prediction {
  if (answer === undefined) throw new PageError('UNEXPECTED', 'The server gave no prediction.');
  const { label, probability, top, labels, unknown, error } = answer;
  if (error !== undefined) return failedPhoto(new PageError(error.code, error.message));
  return {
    path: '',
    label,
    probability,
    top,
    ...(labels !== undefined && { labels }),
    ...(unknown !== undefined && { unknown }),
  };
}

/** A frame of the camera as JPEG, small enough to be sent several times a second. */
async function frameOf(frame: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(frame.width, frame.height);
  canvas.getContext('2d')?.drawImage(frame, 0, 0);
  frame.close();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
}
