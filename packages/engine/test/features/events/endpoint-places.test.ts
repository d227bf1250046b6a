import { describe, expect, it } from 'vitest';
import { EndpointPlaces } from '../../../src/features/events/endpoint-places.ts';

const endpoint = (name: string) => ({ tenant: 'default', webhookUrl: `https://${name}.example/` });

describe('EndpointPlaces', () => {
  it('bounds the attempts at one endpoint, and to one while it fails', () => {
    const places = new EndpointPlaces();
    for (let count = 0; count < 4; count += 1) places.enter('a', endpoint('a'));
    expect(places.roomOf('a')).toBe(0);
    expect(places.full()).toEqual([endpoint('a')]);
    for (let count = 0; count < 4; count += 1) places.leave('a', true);
    expect(places.roomOf('a')).toBe(1);
    places.enter('a', endpoint('a'));
    expect(places.roomOf('a')).toBe(0);
    places.leave('a', false);
    expect(places.roomOf('a')).toBe(4);
    expect(places.full()).toEqual([]);
  });

  it('leaves room for others next to a hundred endpoints that fail', () => {
    const places = new EndpointPlaces();
    for (let index = 0; index < 100; index += 1) {
      places.enter(`dead-${index}`, endpoint(`dead-${index}`));
      places.leave(`dead-${index}`, true);
      places.enter(`dead-${index}`, endpoint(`dead-${index}`));
    }
    expect(places.hasRoom).toBe(true);
    expect(places.roomOf('alive')).toBe(4);
    expect(places.full()).toHaveLength(100);
  });

  it('bounds the attempts in all', () => {
    const places = new EndpointPlaces();
    for (let index = 0; index < 128; index += 1) places.enter(`e-${index}`, endpoint(`e-${index}`));
    expect(places.hasRoom).toBe(false);
    expect(places.roomOf('other')).toBe(0);
    places.leave('e-0', false);
    expect(places.roomOf('other')).toBe(1);
  });
});
