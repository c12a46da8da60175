import { ApiProperty } from '@nestjs/swagger';

export class OmegaLogDto {
  /** For people. */
  @ApiProperty({ example: 'The Omikron you where provided has a useage of 12%' })
  message!: string;

  /** 2 important, 1 normal, 0 debug. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 0 })
  log_level!: number;
}

export class OmegaDataDto {
  /** Host to connect to, with its port unless it is the default. */
  @ApiProperty({ example: 'relay.example.org' })
  omikron!: string;
}

/** An answer of the directory, as Omega gives it. */
export class OmegaAnswerDto {
  /** Name of the message. */
  @ApiProperty({ example: 'omikron' })
  type!: string;

  /** What happened, for a log. */
  @ApiProperty()
  log!: OmegaLogDto;

  /** What was asked for. */
  @ApiProperty()
  data!: OmegaDataDto;

  static of(omikron: string, message: string): OmegaAnswerDto {
    return { type: 'omikron', log: { message, log_level: 0 }, data: { omikron } };
  }
}

/** What Omega says when it has no answer. */
export class OmegaErrorDto {
  /** Name of the message. */
  @ApiProperty({ example: 'error' })
  type!: string;

  /** What happened, for a log. */
  @ApiProperty()
  log!: OmegaLogDto;

  static of(message: string, level: number): OmegaErrorDto {
    return { type: 'error', log: { message, log_level: level } };
  }
}
