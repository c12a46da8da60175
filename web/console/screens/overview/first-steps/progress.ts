import { Kept } from '../../../app/kept.js';

const STAGES = ['unseen', 'begun', 'looked', 'dismissed'] as const;

/** How far this browser is with the first steps: what the server cannot know of them. */
export const progress = new Kept(
  'switchboard.first-steps',
  (text) => STAGES.find((stage) => stage === text) ?? 'unseen',
);
