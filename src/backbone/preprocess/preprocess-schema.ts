import { z } from 'zod';

// What the fields of preprocessing files share. The messages complete "Expected … for <field> in <file>".

const sideError = 'a whole number from 1 to 8192';
const numberError = 'a number from -1000000 to 1000000';
const shareError = 'a number above 0 and at most 1';

/** A side of a network's input in pixels. */
export const sideSchema = z
  .int({ error: sideError })
  .min(1, { error: sideError })
  .max(8192, { error: sideError });

/** The share of a photo that a crop keeps. */
export const shareSchema = z
  .number({ error: shareError })
  .positive({ error: shareError })
  .max(1, { error: shareError });

/** A number for a channel: bounded, so that no scaling overflows. */
export const channelSchema = z
  .number({ error: numberError })
  .min(-1e6, { error: numberError })
  .max(1e6, { error: numberError });

/** A number that a channel is divided by. */
export const divisorSchema = channelSchema.refine((value) => Math.abs(value) >= 1e-6, {
  error: 'a number that is not 0',
});

/** A number for each of red, green and blue. */
export const channelsSchema = z.tuple([channelSchema, channelSchema, channelSchema], {
  error: 'three numbers',
});

/** What each of red, green and blue is divided by. */
export const divisorsSchema = z.tuple([divisorSchema, divisorSchema, divisorSchema], {
  error: 'three numbers',
});
