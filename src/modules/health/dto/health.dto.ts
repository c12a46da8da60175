import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { type Absence, ABSENT_THINGS } from '../absences.service.js';

const READINESS = ['ok', 'degraded', 'starting', 'draining', 'deaf'] as const;

export class LivenessDto {
  /** The process answers. */
  @ApiChoice({ name: 'LivenessStatus', values: ['ok'] }, { example: 'ok' })
  status!: 'ok';
}

export class AbsenceDto implements Absence {
  /** As in `away`. */
  @ApiChoice({ name: 'AbsentThing', values: ABSENT_THINGS }, { example: 'redis' })
  what!: (typeof ABSENT_THINGS)[number];

  /** When it disappeared, as this node noticed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  since!: string;
}

export class ReadinessDto {
  /**
   * `ok`; `degraded` while something all nodes share is away, which this node does not mend by being restarted:
   * relays go on; `starting`, `draining` and `deaf` mean that other nodes should get the traffic. `deaf`: what this node
   * publishes does not reach the others, or does not come back, while theirs does.
   */
  @ApiChoice({ name: 'ReadinessStatus', values: READINESS }, { example: 'ok' })
  status!: (typeof READINESS)[number];

  /**
   * What is unavailable: `database`, `redis`; `database disk` when that is full and only reads work; `media` when files
   * cannot be stored, e.g. since the disk is full.
   */
  @ApiProperty({ example: [] })
  away!: string[];

  /** The same, and since when. */
  @ApiProperty({ type: [AbsenceDto] })
  details!: AbsenceDto[];
}
