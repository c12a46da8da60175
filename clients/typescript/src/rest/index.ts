export type * from './generated/types.gen.js';
export { type LoginOptions, type TokenPair } from './login.js';
export { paginate } from './paginate.js';
export { type FieldError, NoAnswer, SwitchboardProblem, UnexpectedAnswer } from './problem.js';
export { type RetryOptions } from './retrying-fetch.js';
export { Switchboard, type SwitchboardOptions } from './switchboard.js';
export { uploadFile, type UploadOptions } from './upload.js';
