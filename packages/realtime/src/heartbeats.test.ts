import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Beating, Heartbeats } from './heartbeats.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Stream implements Beating {
  before: Beating | undefined = undefined;
  after: Beating | undefined = undefined;
  turn = 0;
  readonly beats: number[] = [];

  beat(): void {
    this.beats.push(Date.now());
  }
}

test('a quiet stream gets a beat in each interval, and none is later than that', () => {
  const start = Date.now();
  const heartbeats = new Heartbeats(800);
  const stream = new Stream();
  heartbeats.add(stream);
  vi.advanceTimersByTime(2_400);
  expect(stream.beats.map((time) => time - start)).toEqual([800, 1_600, 2_400]);
});

test('what is sent on a stream puts off its beat, and no other', () => {
  const start = Date.now();
  const heartbeats = new Heartbeats(800);
  const [quiet, busy] = [new Stream(), new Stream()];
  heartbeats.add(busy);
  heartbeats.add(quiet);
  vi.advanceTimersByTime(450);
  heartbeats.moved(busy);
  vi.advanceTimersByTime(750);
  expect(quiet.beats.map((time) => time - start)).toEqual([800]);
  // Within one interval after what was sent.
  expect(busy.beats.map((time) => time - start)).toEqual([1_200]);
});

test('the timer ends with the last stream, also if a beat ends it', () => {
  const heartbeats = new Heartbeats(800);
  const [one, other] = [new Stream(), new Stream()];
  one.beat = () => heartbeats.delete(one);
  heartbeats.add(one);
  heartbeats.add(other);
  vi.advanceTimersByTime(800);
  expect([one.turn, other.beats.length]).toEqual([8, 1]);
  heartbeats.delete(other);
  heartbeats.delete(other);
  expect(vi.getTimerCount()).toBe(0);
  heartbeats.add(one);
  expect(vi.getTimerCount()).toBe(1);
});
