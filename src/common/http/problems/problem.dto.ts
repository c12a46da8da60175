import { ApiProperty } from '@nestjs/swagger';
import { PROBLEM_CODES } from '../../errors/problem-codes.js';
import { ApiChoice } from '../input/fields.js';

export class FieldErrorDto {
  /** Dotted path of the faulty member; empty for the body as a whole. */
  @ApiProperty({ example: 'email' })
  field!: string;

  /** What is wrong with it. */
  @ApiProperty({ example: 'must be an email address' })
  message!: string;
}

/** Body of every error answer (RFC 9457, `application/problem+json`). */
export class ProblemDto {
  /** Names the code as a URI. */
  @ApiProperty({ example: 'urn:switchboard:problem:not_found' })
  type!: string;

  /** The same for every problem of this code. */
  @ApiProperty({ example: 'There is no such resource' })
  title!: string;

  /** HTTP status. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 404 })
  status!: number;

  /** What went wrong this time. */
  @ApiProperty({ example: 'There is no such account.' })
  detail!: string;

  /** Machine-readable, from a closed list. */
  @ApiChoice({ name: 'ProblemCode', values: Object.keys(PROBLEM_CODES) }, { example: 'not_found' })
  code!: string;

  /** Also in `X-Request-Id` and in the logs. */
  @ApiProperty({ required: false, example: '3f1c2d90-5a8e-4a53-9d0c-7f6f3a0d0f11' })
  requestId?: string;

  /** The faulty members, with 422. */
  @ApiProperty({ type: [FieldErrorDto], required: false })
  errors?: FieldErrorDto[];
}
