import { sayAnswer, sayFailure, showAnswer, showFailure } from './answer.ts';
import { type Backend, PageError } from './backend.ts';
import { element } from './element.ts';
import { icon } from './icon.ts';
import type { Language } from './language.ts';
import type { GivenPhoto } from './photo-card.ts';

/** The camera's part of the page. */
export interface Camera {
  /** The button that opens it. */
  readonly button: HTMLElement;
  readonly panel: HTMLElement;
}

/** What the camera works with. */
export interface CameraOptions {
  readonly backend: Backend;
  readonly language: Language;
  readonly model: () => string;
  /** Is done when photos can be classified. */
  readonly ready: Promise<unknown>;
  readonly take: (photos: readonly GivenPhoto[]) => void;
  /** Says a text to screen readers. */
  readonly announce: (text: string) => void;
}

/** Makes the camera: a view of it, a button for a photo, and answers to what it sees as it goes. */
export function camera({ backend, language, model, ready, take, announce }: CameraOptions): Camera {
  const open = element('button', { type: 'button', class: 'secondary', id: 'camera' });
  const video = element('video', { muted: true, playsinline: true, autoplay: true });
  const shoot = element('button', { type: 'button', class: 'primary' });
  const live = element('button', { type: 'button', class: 'secondary', 'aria-pressed': 'false' });
  const turn = element('button', { type: 'button', class: 'secondary', hidden: true }, icon('turn'));
  const close = element('button', { type: 'button', class: 'plain' }, icon('close'));
  const answer = element('div', { class: 'outcome live-answer' });
  const panel = element(
    'section',
    { class: 'camera', hidden: true },
    element('div', { class: 'view' }, video, close),
    element('div', { class: 'buttons' }, shoot, live, turn),
    answer,
  );
  let stream: MediaStream | undefined;
  let facing = 'environment';
  let isLive = false;

  language.follow((texts) => {
    open.replaceChildren(icon('photo'), texts.camera);
    shoot.textContent = texts.takePhoto;
    live.textContent = texts.live;
    turn.setAttribute('aria-label', texts.switchCamera);
    close.setAttribute('aria-label', texts.closeCamera);
    panel.setAttribute('aria-label', texts.cameraView);
    video.setAttribute('aria-label', texts.cameraView);
  });

  const stop = (): void => {
    setLive(false);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    video.srcObject = null;
  };
  const start = async (): Promise<void> => {
    panel.hidden = false;
    answer.replaceChildren();
    // There is no frame to take before the camera has started.
    shoot.disabled = live.disabled = true;
    try {
      stop();
      stream = await openStream(facing);
      video.srcObject = stream;
      await video.play();
      turn.hidden = !(await hasSeveralCameras());
      shoot.disabled = live.disabled = false;
      shoot.focus();
    } catch (error) {
      answer.replaceChildren(showFailure(error, language));
      announce(sayFailure(error, language));
    }
  };
  const setLive = (on: boolean): void => {
    const starts = on && !isLive;
    isLive = on;
    live.setAttribute('aria-pressed', String(on));
    if (starts) void watch();
    if (!on) answer.replaceChildren();
  };
  const watch = async (): Promise<void> => {
    let said: string | null | undefined;
    answer.replaceChildren(element('p', { class: 'note' }, language.texts.waiting));
    await ready;
    while (isLive && stream !== undefined) {
      try {
        const prediction = await backend.classify(await createImageBitmap(video), model());
        // May have changed while the model looked.
        if (!(isLive as boolean)) return;
        answer.replaceChildren(showAnswer(prediction, language));
        if (prediction.label !== said) announce(sayAnswer(prediction, language));
        said = prediction.label;
      } catch (error) {
        answer.replaceChildren(showFailure(error, language));
        isLive = false;
        live.setAttribute('aria-pressed', 'false');
      }
      await new Promise(requestAnimationFrame);
    }
  };

  open.addEventListener('click', () => void start());
  turn.addEventListener('click', () => {
    facing = facing === 'environment' ? 'user' : 'environment';
    void start();
  });
  live.addEventListener('click', () => setLive(!isLive));
  shoot.addEventListener('click', () => {
    void photoOf(video).then((blob) => {
      if (blob !== null) take([{ name: language.texts.cameraPhoto, blob }]);
    });
  });
  close.addEventListener('click', () => {
    stop();
    panel.hidden = true;
    open.focus();
  });
  return { button: open, panel };
}

async function openStream(facingMode: string): Promise<MediaStream> {
  // Absent on pages that came over plain http.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new PageError('CAMERA_INSECURE', 'The page did not come over https.');
  try {
    return await devices.getUserMedia({ video: { facingMode, width: { ideal: 1280 } }, audio: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    throw new PageError(codes[name] ?? 'CAMERA_FAILED', String(error));
  }
}

const codes: Readonly<Record<string, string>> = {
  NotAllowedError: 'CAMERA_DENIED',
  NotFoundError: 'NO_CAMERA',
  OverconstrainedError: 'NO_CAMERA',
};

async function hasSeveralCameras(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput').length > 1;
}

/** The frame that the camera shows, as PNG: nothing is lost. */
function photoOf(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0) return Promise.resolve(null);
  const canvas = element('canvas', { width, height });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
