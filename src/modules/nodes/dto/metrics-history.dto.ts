import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Field, IntegerField } from '../../../common/http/input/fields.js';
import { toNumber } from '../../../common/http/input/numbers.js';
import { MAX_MINUTES, type MetricName, METRICS, STEP_SECONDS } from '../status/metrics-ring.service.js';

const LIST = METRICS.join(', ');

const isMetric = (name: unknown): name is MetricName => (METRICS as readonly unknown[]).includes(name);

/** A repeated parameter is not a list. */
function toNames({ value }: { value: unknown }): unknown {
  if (typeof value === 'string') return [...new Set(value.split(','))];
  return Array.isArray(value) ? null : value;
}

const namesFault = (value: unknown): string | undefined =>
  Array.isArray(value) && value.length > 0 && value.every(isMetric)
    ? undefined
    : `must be names separated by commas, of ${LIST}`;

export class MetricsHistoryQuery {
  /** Which series, separated by commas; all of them by default. */
  @Transform(toNames)
  @Field(
    'names',
    namesFault,
    { type: 'string', maxLength: 200, description: `Which series, separated by commas: ${LIST}.` },
    { optional: true, example: 'connections,messagesIn' },
  )
  names: readonly MetricName[] = METRICS;

  /** How many minutes back. */
  @Transform(toNumber)
  @IntegerField({ min: 1, max: MAX_MINUTES, optional: true, default: MAX_MINUTES })
  minutes: number = MAX_MINUTES;
}

export class MetricSeriesDto {
  @ApiProperty({
    example: 'messagesIn',
    description:
      '`connections` open at the end of a step; `messagesIn`, `messagesOut`, `connects`, `closes`, `refusals` a second; ' +
      '`deliveryP50`, `deliveryP99` from the receipt of a frame to the last write that it led to, without the wait for the ' +
      'database or the network, in milliseconds; `eventLoopP50`, `eventLoopP99` how late what was due ran, in milliseconds.',
  })
  name!: string;

  /** Protocol of connections and messages, code of closes, status of refused handshakes; otherwise `null`. */
  @ApiProperty({ type: 'string', nullable: true, example: 'rooms' })
  label!: string | null;

  /** Id of its node, if nodes are not summed up (deliveries, event loop); otherwise `null`. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  node!: string | null;

  /** The oldest first, one per step; `null` if no node had one, e.g. before it was started. */
  @ApiProperty({
    type: 'array',
    items: { type: ['number', 'null'], format: 'double' } as never,
    example: [null, 118.4, 120.9],
  })
  values!: (number | null)[];
}

export class MetricsHistoryDto {
  /** When the first step ended. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  from!: string;

  /** Interval between two values. */
  @ApiProperty({ type: 'integer', format: 'int32', example: STEP_SECONDS })
  stepSeconds!: number;

  @ApiProperty({ type: 'integer', format: 'int32', example: 3, description: 'Live nodes that the series cover.' })
  nodes!: number;

  /** Ids of live nodes that did not answer in time; the series do not include theirs. */
  @ApiProperty({ type: [String], example: [] })
  missing!: string[];

  /** One for each name and label. */
  @ApiProperty({ type: [MetricSeriesDto] })
  series!: MetricSeriesDto[];
}
