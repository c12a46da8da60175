import { ApiProperty } from '@nestjs/swagger';

export class IceServerDto {
  /** Where it is. */
  @ApiProperty({ type: [String], example: ['turn:turn.example.org:3478?transport=udp'] })
  urls!: readonly string[];

  /** Of TURN servers: when the credentials end (Unix seconds), and for whom they are. */
  @ApiProperty({ required: false, example: '1893456000:1' })
  username?: string;

  /** Password of a TURN server. */
  @ApiProperty({ required: false, example: 'b0fYkx4mDDjX0C2qVt3SvKkZ2dA=' })
  credential?: string;
}

/** For a browser's `RTCConfiguration`. */
export class IceServersDto {
  /** In the format that browsers take. */
  @ApiProperty({ type: [IceServerDto] })
  iceServers!: readonly IceServerDto[];

  /** Seconds until the credentials end; ask again before. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 86400 })
  expiresIn!: number;
}
