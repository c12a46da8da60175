import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { S3Store } from '@tus/s3-store';
import { type Upload as ResumableUpload } from '@tus/server';
import { Readable } from 'node:stream';
import { type S3Section } from '../../../../config/app-config.js';
import { type ByteRange, MediaStorage } from './media-storage.js';
import { type StorageFault, type StorageHealth } from './storage-health.js';

/** Bytes of a part; S3 takes at least 5 MiB and at most 10,000 parts. */
const PART_BYTES = 8 * 1_048_576;
/** Parts of one upload that are in memory at a time. */
const PARTS_IN_FLIGHT = 2;

const INSUFFICIENT_STORAGE = 507;

/** Stores files in a bucket of an S3-compatible service. */
export class S3Storage extends MediaStorage {
  readonly resumable: S3Store;
  protected readonly where: string;
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor(
    { bucket, endpoint, region, forcePathStyle, accessKeyId, secretAccessKey }: S3Section,
    health: StorageHealth,
  ) {
    super(health);
    const settings: S3ClientConfig = {
      region,
      forcePathStyle,
      ...(endpoint !== undefined && { endpoint }),
      ...(accessKeyId !== undefined &&
        secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
      // Not all compatible services know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    };
    this.bucket = bucket;
    this.where = `bucket ${bucket}`;
    this.client = new S3Client(settings);
    this.resumable = new CompleteS3Store({
      partSize: PART_BYTES,
      useTags: false,
      s3ClientConfig: { ...settings, bucket },
    });
  }

  protected async put(key: string, content: Readable): Promise<void> {
    const upload = new Upload({
      client: this.client,
      params: { Bucket: this.bucket, Key: key, Body: content },
      partSize: PART_BYTES,
      queueSize: PARTS_IN_FLIGHT,
    });
    const failed = new Promise<never>((_resolve, reject) => content.once('error', reject));
    try {
      await Promise.race([upload.done(), failed]);
    } catch (error) {
      await upload.abort().catch(() => undefined);
      throw error;
    }
  }

  protected async open(key: string, range?: ByteRange): Promise<Readable> {
    const { Body } = await this.client.send(
      new GetObjectCommand({
        Bucket: this.bucket,
        Key: key,
        ...(range && { Range: `bytes=${range.start}-${range.end}` }),
      }),
    );
    if (!(Body instanceof Readable)) throw new Error('the bucket answered no content');
    return Body;
  }

  async remove(key: string): Promise<void> {
    // Also ends a multipart upload in progress, which costs money while it exists.
    await this.resumable.remove(key).catch(() => undefined);
    for (const each of [key, `${key}.info`, `${key}.part`]) await this.delete(each);
  }

  protected async takeOver(key: string): Promise<number> {
    const { ContentLength = 0 } = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
    await this.delete(`${key}.info`);
    return ContentLength;
  }

  protected faultOf(error: unknown): StorageFault | undefined {
    // Errors of the stream being stored are not the bucket's.
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code?.startsWith('ERR_STREAM')) return undefined;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404) return 'missing';
    return status === INSUFFICIENT_STORAGE || /^(?:QuotaExceeded|XMinioStorageFull)$/.test(error.name)
      ? 'full'
      : 'away';
  }

  protected async probe(): Promise<void> {
    await this.client.send(new HeadBucketCommand({ Bucket: this.bucket }));
  }

  private async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }
}

/** The original completes an upload with its last bytes, so it never completes an empty one. */
class CompleteS3Store extends S3Store {
  override async create(upload: ResumableUpload): Promise<ResumableUpload> {
    const created = await super.create(upload);
    if (upload.size === 0) await this.write(Readable.from([]), upload.id, 0);
    return created;
  }
}
