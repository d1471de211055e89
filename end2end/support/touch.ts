// Real touches through the browser's own input queue, so that scrolling, pointer events and cancellation happen as
// under a finger. `locator.dispatchEvent` and `page.mouse` would skip all that.
import type { CDPSession, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Point {
  x: number;
  y: number;
}

export interface TouchDragOptions {
  /** How long the finger rests before it moves; a board card is lifted after a short rest. */
  rest?: number;
  /** Moves on the way. */
  steps?: number;
  /** How long the finger stays over the end before it leaves. */
  hold?: number;
  /** What to look at while the finger is still down over the end. */
  beforeRelease?: () => Promise<void>;
}

/** A finger on the glass of one page. */
export class Finger {
  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<Finger> {
    return new Finger(await page.context().newCDPSession(page));
  }

  async down(at: Point): Promise<void> {
    await this.send('touchStart', [at]);
  }

  async move(to: Point): Promise<void> {
    await this.send('touchMove', [to]);
  }

  async up(): Promise<void> {
    await this.send('touchEnd', []);
  }

  /** As when the system takes the touch away, for a call or a gesture of its own. */
  async cancel(): Promise<void> {
    await this.send('touchCancel', []);
  }

  private async send(
    type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
    touchPoints: Point[],
  ): Promise<void> {
    await this.session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
}

/** Puts a finger down, rests, moves through the points one after another, and lifts it. */
export async function touchDrag(
  page: Page,
  from: Point,
  through: Point | Point[],
  options: TouchDragOptions = {},
): Promise<void> {
  const { rest = 400, steps = 10, hold = 80 } = options;
  const finger = await Finger.on(page);
  await finger.down(from);
  await sleep(rest);
  let last = from;
  for (const next of [through].flat()) {
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      await finger.move({ x: last.x + (next.x - last.x) * share, y: last.y + (next.y - last.y) * share });
      // One frame: the page draws between two moves of a finger.
      await sleep(16);
    }
    last = next;
  }
  await sleep(hold);
  await options.beforeRelease?.();
  await finger.up();
}

/** A quick stroke without rest, which scrolls or turns to the next column and must never lift a card. */
export async function swipe(page: Page, from: Point, to: Point): Promise<void> {
  await touchDrag(page, from, to, { rest: 0, steps: 6, hold: 0 });
}
