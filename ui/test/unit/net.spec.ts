// Events in any chunks, and how long one waits before the next try.
import { expect, test } from "@playwright/test";
import fc from "fast-check";
import { parser, retryAfter, wait, type Message } from "../../src/net/sse";

const read = (chunks: string[]) => {
  const found: Message[] = [];
  const take = parser((message) => found.push(message));
  for (const chunk of chunks) take(chunk);
  return found;
};

test("how a stream is cut does not matter", () => {
  const text = ": hello\r\n\r\nid: 7-1\nevent: plan\ndata: {\"a\":1}\n\ndata:one\rdata: two\r\rid: 7-2\r\nevent: act\r\ndata: x\r\n\r\n";
  const whole = read([text]);
  expect(whole).toEqual([
    { event: "plan", data: '{"a":1}', id: "7-1" },
    { event: "message", data: "one\ntwo", id: "7-1" },
    { event: "act", data: "x", id: "7-2" },
  ]);
  fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), text.length];
    expect(read(at.slice(1).map((end, index) => text.slice(at[index], end)))).toEqual(whole);
  }));
});

test("an event that is not complete is not told", () => {
  expect(read(["event: plan\ndata: {}\n"])).toEqual([]);
});

test("waits double up to a minute, are spread, and obey Retry-After", () => {
  const most = () => 1;
  expect([1, 2, 3, 7, 30].map((failures) => wait(failures, undefined, most))).toEqual([1000, 2000, 4000, 60_000, 60_000]);
  expect(wait(5, undefined, () => 0)).toBe(250);
  expect(wait(5, 17, most)).toBe(17_000);
  expect([retryAfter("120"), retryAfter("Wed, 21 Oct 2026 07:28:00 GMT"), retryAfter(null)]).toEqual([120, undefined, undefined]);
});
