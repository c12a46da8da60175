import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { engineQuery } from './engine-query.js';

const request = (url: string) => ({ url }) as IncomingMessage;

describe('engineQuery', () => {
  it('takes the last of several values', () => {
    expect(engineQuery(request('/socket.io/?EIO=4&transport=polling&transport=websocket'))).toEqual({
      EIO: '4',
      transport: 'websocket',
    });
    expect(engineQuery(request('/socket.io/'))).toEqual({});
  });

  it('is stored where Engine.IO looks for it', () => {
    const asked = request('/socket.io/?sid=1');
    expect(engineQuery(asked)).toBe(engineQuery(asked));
    expect(asked).toMatchObject({ _query: { sid: '1' } });
  });
});
