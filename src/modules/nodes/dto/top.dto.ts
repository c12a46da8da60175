import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, type Choice, ChoiceField } from '../../../common/http/input/fields.js';

const KINDS = ['room', 'service'] as const;
export type TopKind = (typeof KINDS)[number];
const KIND: Choice = { name: 'TopKind', values: KINDS };
const MEASURES = ['deliveries'] as const;
const MEASURE: Choice = { name: 'TopMeasure', values: MEASURES };

export class TopQuery {
  /** What is compared. */
  @ChoiceField(KIND, { example: 'room' })
  kind!: TopKind;

  /** What it is compared by: messages that reached a socket. */
  @ChoiceField(MEASURE, { optional: true, default: 'deliveries' })
  by: (typeof MEASURES)[number] = 'deliveries';
}

export class TopItemDto {
  /** Of the room or service. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 17 })
  id!: number;

  /** Name of the room, title of the service. */
  @ApiProperty({ example: 'lobby' })
  label!: string;

  /** Whose room it is; `null` for services. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 1 })
  applicationId!: number | null;

  /** Messages handed to sockets within the window. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 184_200 })
  deliveries!: number;

  /** The same, per second. */
  @ApiProperty({ type: 'number', format: 'double', example: 4_093.33 })
  perSecond!: number;
}

export class TopDto {
  /** What is compared. */
  @ApiChoice(KIND, { example: 'room' })
  kind!: TopKind;

  /** By what it is compared. */
  @ApiChoice(MEASURE, { example: 'deliveries' })
  by!: string;

  /** Length of the window: half a minute to a minute, less on a node that has just started. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 45 })
  windowSeconds!: number;

  @ApiProperty({ type: 'integer', format: 'int32', example: 3, description: 'Live nodes that the numbers cover.' })
  nodes!: number;

  /** Ids of live nodes that did not answer in time; the numbers do not include theirs. */
  @ApiProperty({ type: [String], example: [] })
  missing!: string[];

  /** At most ten, the busiest first. */
  @ApiProperty({ type: [TopItemDto] })
  items!: TopItemDto[];
}
