import { ApiProperty } from '@nestjs/swagger';

/** Somebody in a circle, as the others see them. */
export class PersonDto {
  /** Of the account. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id!: number;

  /** Unique without regard to case. */
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email!: string;

  /** What the person is called by friends. */
  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  /** Family name. */
  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;
}
