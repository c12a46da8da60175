import { describe, expect, it } from 'vitest';
import { buildAsyncApi } from '../../common/asyncapi/document.js';
import { CONTRACTS } from '../../contracts.js';
import { pythonFrames } from './python-frames.js';

const document = buildAsyncApi(CONTRACTS);
const text = pythonFrames(document);

describe('the emitter of frame types for Python', () => {
  it('writes a type for every schema except the frames of Socket.IO', () => {
    const named = new Set([...text.matchAll(/^(?:class )?(\w+)(?: = |\()/gm)].map(([, name]) => name));
    const { schemas } = document.components;
    const isEvent = (name: string): boolean => Array.isArray(schemas[name]?.items);
    const missing = Object.keys(schemas).filter((name) => !named.has(name));
    expect(missing.filter((name) => !isEvent(name))).toEqual([]);
    expect(missing).toContain('CirclesSend');
  });

  it('names nested objects by what distinguishes them', () => {
    expect(text).toContain("class CirclesConversationEventRecovered(TypedDict):\n    event: Literal['recovered']\n");
    expect(text).toMatch(/^CirclesConversationEvent = Union\[CirclesConversationEvent1, .*EventRecovered\]$/m);
    expect(text).toMatch(/^class _OmikronNewCallRequired\(TypedDict\):\n(?: {4}.*\n)* {4}data: OmikronNewCallData$/m);
    expect(text).toContain('class OmikronStatesData(TypedDict):\n    # By user id.\n    user_states: Dict[str, str]\n');
  });

  it('declares nothing before the types that it uses', () => {
    for (const [alias, of] of text.matchAll(/^\w+ = (?:Union|List|Optional)\[.*?([A-Z]\w+)\]+$/gm)) {
      if (of === undefined || !text.includes(`\nclass ${of}(`)) continue;
      expect(text.indexOf(`\nclass ${of}(`), alias).toBeLessThan(text.indexOf(`\n${alias}`));
    }
  });
});
