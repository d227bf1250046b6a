import { describe, expect, it } from 'vitest';
import { EndpointLanes } from '../../../src/features/events/endpoint-lanes.ts';

const endpoint = (name: string) => ({ tenant: 'default', webhookUrl: `https://${name}.example/` });

describe('EndpointLanes', () => {
  it('bounds the attempts at one endpoint, and to one while it fails', () => {
    const lanes = new EndpointLanes();
    for (let count = 0; count < 4; count += 1) lanes.enter('a', endpoint('a'));
    expect(lanes.roomOf('a')).toBe(0);
    expect(lanes.full()).toEqual([endpoint('a')]);
    for (let count = 0; count < 4; count += 1) lanes.leave('a', true);
    expect(lanes.roomOf('a')).toBe(1);
    lanes.enter('a', endpoint('a'));
    expect(lanes.roomOf('a')).toBe(0);
    lanes.leave('a', false);
    expect(lanes.roomOf('a')).toBe(4);
    expect(lanes.full()).toEqual([]);
  });

  it('leaves room for others next to a hundred endpoints that fail', () => {
    const lanes = new EndpointLanes();
    for (let index = 0; index < 100; index += 1) {
      lanes.enter(`dead-${index}`, endpoint(`dead-${index}`));
      lanes.leave(`dead-${index}`, true);
      lanes.enter(`dead-${index}`, endpoint(`dead-${index}`));
    }
    expect(lanes.hasRoom).toBe(true);
    expect(lanes.roomOf('alive')).toBe(4);
    expect(lanes.full()).toHaveLength(100);
  });

  it('bounds the attempts in all', () => {
    const lanes = new EndpointLanes();
    for (let index = 0; index < 128; index += 1) lanes.enter(`e-${index}`, endpoint(`e-${index}`));
    expect(lanes.hasRoom).toBe(false);
    expect(lanes.roomOf('other')).toBe(0);
    lanes.leave('e-0', false);
    expect(lanes.roomOf('other')).toBe(1);
  });
});
