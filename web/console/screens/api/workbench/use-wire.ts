import { useEffect, useRef, useState } from 'react';
import { parse } from '../../../../ui/json.js';
import { type ChannelContract } from './contract.js';
import { FrameLog } from './frame-log.js';
import { type Listener, type Wire } from './wire.js';
import { type WireKind } from './wires.js';

export type WireState = 'closed' | 'connecting' | 'open';

/** The latest value, for functions that are called later than they were created. */
function useLatest<T>(value: T) {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}

/** One socket at a time, and what has passed over it. Leaving the screen ends it. */
export function useWire(contract: ChannelContract | undefined) {
  const [log] = useState(() => new FrameLog());
  const [state, setState] = useState<WireState>('closed');
  const wire = useRef<Wire>(undefined);
  // The number of the current attempt; events of earlier ones are ignored.
  const turn = useRef(0);
  const names = useLatest(contract);
  useEffect(
    () => () => {
      turn.current++;
      wire.current?.close();
    },
    [],
  );

  const connect = async (kind: WireKind, credential: string) => {
    const mine = ++turn.current;
    const ifMine =
      <A extends unknown[]>(tell: (...args: A) => void) =>
      (...args: A) => {
        if (turn.current === mine) tell(...args);
      };
    const frame = (direction: 'in' | 'out') => (text: string, name?: string) => {
      log.add(direction, text, name ?? names.current?.nameOf(direction, parse(text)));
    };
    const listener: Listener = {
      opened: ifMine(() => {
        setState('open');
        log.add('note', `Connected to ${kind.label}`);
      }),
      // Credentials must not be visible to people looking over one's shoulder.
      sent: ifMine((text) => {
        frame('out')(credential === '' ? text : text.replaceAll(credential, '•••'));
      }),
      received: ifMine(frame('in')),
      closed: ifMine((why) => {
        turn.current++;
        wire.current = undefined;
        setState('closed');
        log.add('note', why);
      }),
    };
    setState('connecting');
    try {
      const opened = await kind.open(credential, listener);
      if (turn.current === mine) wire.current = opened;
      else opened.close();
    } catch (error) {
      listener.closed(error instanceof Error ? error.message : String(error));
    }
  };

  return {
    log,
    state,
    connect,
    disconnect: () => wire.current?.close(),
    send: (text: string, asks: boolean) => {
      if (wire.current === undefined) throw new Error('Not connected');
      wire.current.send(text, asks);
    },
  };
}
