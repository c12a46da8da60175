import { Entity, PrimaryColumn } from 'typeorm';

/** A room that is gone, but whose messages are still to be removed, little by little. */
@Entity('removed_rooms')
export class RemovedRoom {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'removed_rooms_pkey' })
  roomId!: number;
}
