import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Room } from './room.entity.js';

/**
 * Where a durable room's messages begin and end. Separate from the room, since it changes with every flush; its lock
 * makes offsets gap-free and visible in ascending order.
 */
@Entity('room_heads')
export class RoomHead {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'room_heads_pkey' })
  roomId!: number;

  @OneToOne(() => Room, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'room_id', foreignKeyConstraintName: 'room_heads_room_id_fkey' })
  room!: Relation<Room>;

  /** Changes when offsets that clients remember are no longer valid. */
  @Column('varchar', { length: 16 })
  epoch!: string;

  /** Offset of the newest message; 0 before the first. */
  @Column('bigint', { name: 'last_offset', default: 0 })
  lastOffset!: string;

  /** Messages up to this offset are gone. */
  @Column('bigint', { name: 'floor_offset', default: 0 })
  floorOffset!: string;

  /** Messages up to this offset have also been removed from the table. */
  @Column('bigint', { name: 'swept_offset', default: 0 })
  sweptOffset!: string;
}
