import { choice, integer, optionalText, text, urlFault } from './variable.js';

/** Variables about media files; part of `ENVIRONMENT`. */
export const MEDIA = {
  MEDIA_STORAGE: choice({
    description: 'Where media is stored: under DATA_DIR, or in an S3-compatible bucket.',
    choices: ['disk', 's3'],
    default: 'disk',
  }),
  MEDIA_SHARED: choice({
    description:
      'Whether DATA_DIR is one folder that all nodes share (such as NFS). Required with `REDIS_URL` and ' +
      '`MEDIA_STORAGE=disk`, or one node would not find what another stored.',
    choices: ['false', 'true'],
    default: 'false',
  }),
  MEDIA_MAX_BYTES: integer({
    description: 'Largest file of a message.',
    default: 100_000_000,
    min: 1_024,
    max: 1_000_000_000_000,
    unit: 'bytes',
  }),
  MEDIA_MAX_PIXELS: integer({
    description: 'Pictures with more pixels get no thumbnail: even a small file may need much memory to decode.',
    default: 25_000_000,
    min: 0,
    max: 250_000_000,
    unit: 'pixels',
  }),
  MEDIA_ACCOUNT_QUOTA_BYTES: integer({
    description: 'Total size of the files of one account; 0 = no limit.',
    default: 5_000_000_000,
    min: 0,
    max: 900_000_000_000_000,
    unit: 'bytes',
  }),
  MEDIA_CIRCLE_QUOTA_BYTES: integer({
    description: 'Total size of the files of one circle, whoever sent them; 0 = no limit.',
    default: 20_000_000_000,
    min: 0,
    max: 900_000_000_000_000,
    unit: 'bytes',
  }),
  MEDIA_PENDING_HOURS: integer({
    description: 'Files that were announced but not uploaded within this time are discarded.',
    default: 24,
    min: 1,
    max: 8_760,
    unit: 'h',
  }),
  S3_ENDPOINT: optionalText({
    description: 'Address of the S3-compatible service.',
    defaultText: 'AWS',
    check: (value) => urlFault(value, ['http', 'https']),
  }),
  S3_REGION: text({ description: 'Region of the bucket.', default: 'us-east-1' }),
  S3_BUCKET: optionalText({ description: 'Bucket for media; needed for `MEDIA_STORAGE=s3`.' }),
  S3_ACCESS_KEY_ID: optionalText({
    description: 'Access key; without it the usual AWS credential sources are used.',
    secret: true,
  }),
  S3_SECRET_ACCESS_KEY: optionalText({ description: 'Secret of the access key.', secret: true }),
  S3_FORCE_PATH_STYLE: choice({
    description: 'Whether the bucket is named in the path instead of the host; many services other than AWS need it.',
    choices: ['false', 'true'],
    default: 'false',
  }),
};
