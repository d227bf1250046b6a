import fc from 'fast-check';

/**
 * Property tests of `npm test` draw the same values in each run, so that a run tells of a change and of nothing else.
 * `DIP_PROPERTY_SEED` is another number to draw by, or `random` for a search.
 */
const SEED = 20260115;
const given = process.env.DIP_PROPERTY_SEED ?? String(SEED);
if (given !== 'random') fc.configureGlobal({ seed: Number(given) });
