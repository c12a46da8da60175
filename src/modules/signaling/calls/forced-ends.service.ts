import { Injectable } from '@nestjs/common';
import { CallEndings, type EndingCall } from '../../calls/call-endings.service.js';
import { CallLedger } from '../../calls/call-ledger.service.js';
import { CallRooms } from './call-rooms.service.js';
import { Invitations } from './invitations.service.js';

/** Ends calls on behalf of operators: to those in them, as if the others had left or time had run out. */
@Injectable()
export class ForcedEnds {
  constructor(
    private readonly rooms: CallRooms,
    private readonly invitations: Invitations,
    private readonly ledger: CallLedger,
    endings: CallEndings,
  ) {
    endings.register('signaling', (ending) => this.end(ending));
  }

  private async end({ call, outcome, by, sids }: EndingCall): Promise<void> {
    // A ringing call is between two peers. Invitations that members of a live call send belong to no call.
    if (outcome === 'cancelled') await this.invitations.cancelAll(call, sids, by);
    const room = await this.rooms.roomOf(call, sids);
    if (room === undefined) return;
    this.ledger.ended(call, outcome, by);
    await this.rooms.dissolve(room);
  }
}
