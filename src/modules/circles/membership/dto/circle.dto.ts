import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice, type Choice, ChoiceField, EmailField, NameField } from '../../../../common/http/input/fields.js';
import { PageOf } from '../../../../common/http/paging/page.dto.js';
import { type CirclePrivilege } from '../../../../entities/circles/circle-member.entity.js';
import { PersonDto } from '../../person.dto.js';

const MAX_NAME = 100;
const PRIVILEGE: Choice = { name: 'CirclePrivilege', values: ['ADMIN', 'REGULAR', 'MEMBRE', 'DEFAULT'] };

export class CreateCircleRequest {
  /** What its members call it. */
  @NameField({ max: MAX_NAME, example: 'Family' })
  name!: string;
}

/** Absent members stay as they are. */
export class UpdateCircleRequest {
  /** What its members call it. */
  @NameField({ max: MAX_NAME, optional: true, example: 'Family' })
  name?: string;
}

/** A circle as whoever asks sees it. */
export class CircleDto {
  /** The circle's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** What its members call it. */
  @ApiProperty({ example: 'Family' })
  name!: string;

  /** Of whoever asks; `null` for a device. */
  @ApiChoice(PRIVILEGE, { nullable: true, example: 'ADMIN' })
  privilege!: CirclePrivilege | null;

  /** When it was made. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;
}

export class CirclePage extends PageOf(CircleDto) {}

export class ChangePrivilegeRequest {
  /** `ADMIN` passes from its holder to this member. */
  @ChoiceField(PRIVILEGE, { example: 'ADMIN' })
  privilege!: CirclePrivilege;
}

/** Somebody in a circle. */
export class MemberDto extends PersonDto {
  /** A date; `null` when unknown. */
  @ApiProperty({ type: 'string', format: 'date', nullable: true, example: '1815-12-10' })
  birthday!: string | null;

  /** What they may do here. */
  @ApiChoice(PRIVILEGE, { example: 'MEMBRE' })
  privilege!: CirclePrivilege;

  /** Whether a socket of the account is authenticated. */
  @ApiProperty({ example: true })
  isOnline!: boolean;

  /** When they joined the circle. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  joinedAt!: string;
}

export class MemberPage extends PageOf(MemberDto) {}

export class CreateInviteRequest {
  /** Of an account. */
  @EmailField({ example: 'ada@example.org' })
  email!: string;
}

/** A pending invitation into a circle. */
export class InviteDto {
  /** The invitation's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** The circle it leads to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  circleId!: number;

  /** That circle's name. */
  @ApiProperty({ example: 'Family' })
  circleName!: string;

  /** Who is invited, whether or not they have an account. */
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email!: string;

  /** Who invited; `null` once that account is removed. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 2 })
  invitedBy!: number | null;

  /** When it was made. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;
}

export class InvitePage extends PageOf(InviteDto) {}
