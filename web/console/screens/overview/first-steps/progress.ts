import { Kept } from '../../../app/kept.js';

const STAGES = ['unseen', 'begun', 'looked', 'dismissed'] as const;

/** Progress in the first steps that the server cannot know, for this browser. */
export const progress = new Kept(
  'switchboard.first-steps',
  (text) => STAGES.find((stage) => stage === text) ?? 'unseen',
);
