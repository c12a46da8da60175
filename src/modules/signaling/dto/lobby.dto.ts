import { ApiProperty } from '@nestjs/swagger';
import { IntegerField, NameField } from '../../../common/http/input/fields.js';
import { PageOf } from '../../../common/http/paging/page.dto.js';
import { type ListedPeer } from '../lobby-directory.service.js';

const MAX_NAME = 100;
const MAX_USES = 1_000_000;
const YEAR = 31_536_000;
const TIME = { type: 'string', format: 'date-time', example: '2026-01-01T12:00:00.000Z' } as const;

/** Somebody who can be invited to a call. */
export class LobbyPeerDto {
  /** The id by which others address it. */
  @ApiProperty({ example: 'oMsgbXwBdVZ5MXTmAAAB' })
  sid!: string;

  /** Empty until it has sent one. */
  @ApiProperty({ example: 'Ala' })
  name!: string;

  /** When it connected. */
  @ApiProperty(TIME)
  connectedAt!: string;

  /** Whether it is in a call. */
  @ApiProperty({ example: false })
  inCall!: boolean;

  static from({ sid, name, connectedAt, inCall }: ListedPeer): LobbyPeerDto {
    return { sid, name, connectedAt: new Date(connectedAt).toISOString(), inCall };
  }
}

export class LobbyPage extends PageOf(LobbyPeerDto) {}

export class CreateLobbyTokenRequest {
  /** Name by which its owner recognizes it. */
  @NameField({ max: MAX_NAME, optional: true, example: 'For the interview' })
  name?: string;

  /** Connections it admits; absent = any number. A connection that is lost and returns counts again. */
  @IntegerField({ min: 1, max: MAX_USES, optional: true, example: 10 })
  uses?: number;

  /** Seconds for which it admits. */
  @IntegerField({ min: 1, max: YEAR, optional: true, default: 86_400, example: 3600 })
  expiresInSeconds?: number;
}

/** A new lobby token, shown only once. */
export class NewLobbyTokenDto {
  /** The token's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** Shown only once. */
  @ApiProperty({ example: 'lobby_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA' })
  token!: string;

  /** Opens the call page with the token, which follows the `#`, so that no server logs it. */
  @ApiProperty({ example: 'https://example.org/call/#lobby=lobby_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA' })
  link!: string;

  /** Seconds. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 86400 })
  expiresIn!: number;
}

export class LobbyTokenDto {
  /** The token's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  id!: number;

  /** The initial name of peers that present it; `null` = none. */
  @ApiProperty({ type: 'string', nullable: true, example: 'For the interview' })
  name!: string | null;

  /** The account it is bound to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  userId!: number;

  /** How often it can admit; `null` = any number of times. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 10 })
  uses!: number | null;

  /** How often it can still admit; `null` = any number of times. */
  @ApiProperty({ type: 'integer', format: 'int32', nullable: true, example: 9 })
  usesLeft!: number | null;

  /** When it stops admitting. */
  @ApiProperty(TIME)
  expiresAt!: string;

  /** When it was made. */
  @ApiProperty(TIME)
  createdAt!: string;
}

export class LobbyTokenPage extends PageOf(LobbyTokenDto) {}
