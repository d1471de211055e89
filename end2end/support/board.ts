// The board as its user sees it: columns are lists named after their stage, cards are items named after their title.
import { expect, type Locator, type Page } from '@playwright/test';
import { type Point, touchDrag } from './touch.ts';

export interface CardInfo {
  title: string;
  kind: string;
  id: string;
  stage: string;
}

/** `€1,234.50` and `1,204` as numbers. */
export function numberIn(text: string): number {
  return Number(text.replaceAll(/[^0-9.−-]/g, '').replace('−', '-'));
}

export interface DragOptions {
  /** What to look at while the card is still held over the target. */
  beforeDrop?: () => Promise<void>;
}

export class Board {
  constructor(readonly page: Page) {}

  column(stage: string): Locator {
    return this.page.getByRole('list', { name: stage, exact: true });
  }

  card(title: string): Locator {
    return this.page.getByRole('listitem', { name: title, exact: true });
  }

  cardsIn(stage: string): Locator {
    return this.column(stage).locator('[role="listitem"][data-id], li[data-id]');
  }

  /** The cards of a column from top to bottom, as far as they are in the document. */
  async readColumn(stage: string): Promise<CardInfo[]> {
    return await this.cardsIn(stage).evaluateAll((cards) =>
      cards.map((card) => ({
        title: card.getAttribute('aria-label') ?? '',
        kind: card.getAttribute('data-kind') ?? '',
        id: card.getAttribute('data-id') ?? '',
        stage: card.getAttribute('data-stage') ?? '',
      })),
    );
  }

  async titlesIn(stage: string): Promise<string[]> {
    return (await this.readColumn(stage)).map((card) => card.title);
  }

  /** The column with its header. */
  section(stage: string): Locator {
    return this.page.getByRole('region', { name: stage, exact: true });
  }

  /** The number and the sum in euro that a column's header tells. */
  async header(stage: string): Promise<{ count: number; euro: number }> {
    const section = this.section(stage);
    const count = await section.locator('.board__count').innerText();
    const sums = await section
      .locator('.board__sum')
      .evaluateAll((all) => all.map((sum) => sum.getAttribute('title') ?? ''));
    const euro = sums.find((sum) => sum.includes('€')) ?? '0';
    return { count: numberIn(count), euro: numberIn(euro) };
  }

  /** Waits until a card stands in a column, and nowhere else. */
  async expectCardIn(title: string, stage: string, options: { timeout?: number } = {}): Promise<void> {
    await expect(this.column(stage).getByRole('listitem', { name: title, exact: true })).toHaveCount(1, options);
    await expect(this.card(title)).toHaveCount(1, options);
  }

  /** Waits until a column begins with these titles, in this order. */
  async expectColumnStarts(stage: string, titles: string[], options: { timeout?: number } = {}): Promise<void> {
    await expect
      .poll(async () => (await this.titlesIn(stage)).slice(0, titles.length), {
        message: `the top of ${stage}`,
        intervals: [50],
        ...options,
      })
      .toEqual(titles);
  }

  /** What a screen reader was last told. */
  get said(): Locator {
    return this.page.locator('[role="status"][aria-live="assertive"]');
  }

  /** Takes a card with the mouse and drops it before `before`, or at the end of what the column shows. */
  async dragByMouse(title: string, stage: string, before?: string, options: DragOptions = {}): Promise<void> {
    const { mouse } = this.page;
    const from = await this.grip(title);
    await mouse.move(from.x, from.y);
    await mouse.down();
    // Past the four pixels that tell a drag from a click; only then is the place to drop known.
    await mouse.move(from.x + 4, from.y + 5, { steps: 3 });
    const to = await this.dropPoint(stage, before);
    await mouse.move(to.x, to.y, { steps: 12 });
    // Once more: what makes room for the card may have moved the others.
    const settled = await this.dropPoint(stage, before);
    await mouse.move(settled.x, settled.y, { steps: 3 });
    await options.beforeDrop?.();
    await mouse.up();
  }

  /** The same with a finger: rest, move, lift. Both columns must be on the screen; for others see `touchDrag`. */
  async dragByTouch(title: string, stage: string, before?: string, options: DragOptions = {}): Promise<void> {
    const from = await this.grip(title);
    const to = await this.dropPoint(stage, before);
    await touchDrag(this.page, from, to, {
      hold: 150,
      ...(options.beforeDrop && { beforeRelease: options.beforeDrop }),
    });
  }

  /** Takes a card with the space bar, presses `keys` such as `ArrowRight`, and drops it with the space bar. */
  async dragByKeyboard(title: string, keys: string[], options: DragOptions = {}): Promise<void> {
    await this.focus(title);
    await this.page.keyboard.press('Space');
    for (const key of keys) await this.page.keyboard.press(key);
    await options.beforeDrop?.();
    await this.page.keyboard.press('Space');
  }

  /** Puts the focus on a card, or on the one thing within it that can have it. */
  async focus(title: string): Promise<void> {
    await this.card(title).evaluate((card) => {
      const inner = card.querySelector<HTMLElement>('a[href], button, [tabindex="0"]');
      const target = (card as HTMLElement).tabIndex >= 0 ? (card as HTMLElement) : inner;
      target?.focus();
    });
  }

  /** Where to take a card: near its left bottom edge, away from its link and buttons. */
  async grip(title: string): Promise<Point> {
    const card = this.card(title);
    await card.scrollIntoViewIfNeeded();
    const box = await this.box(card, title);
    return { x: box.x + 10, y: box.y + box.height - 6 };
  }

  private async dropPoint(stage: string, before?: string): Promise<Point> {
    const column = await this.box(this.column(stage), stage);
    const x = column.x + column.width / 2;
    if (before !== undefined) {
      const card = await this.box(this.column(stage).getByRole('listitem', { name: before, exact: true }), before);
      return this.onScreen({ x, y: card.y + 4 }, before);
    }
    const last = await this.cardsIn(stage).last().boundingBox({ timeout: 200 }).catch(() => null);
    const bottom = Math.min(column.y + column.height, this.screen().height);
    const y = last ? Math.min(last.y + last.height + 6, bottom - 4) : Math.min(column.y + 24, bottom - 4);
    return this.onScreen({ x, y }, stage);
  }

  private async box(locator: Locator, name: string) {
    const box = await locator.boundingBox();
    if (!box) throw new Error(`"${name}" is not visible on the board.`);
    return box;
  }

  private onScreen(point: Point, name: string): Point {
    const { width, height } = this.screen();
    if (point.x < 0 || point.y < 0 || point.x > width || point.y > height) {
      throw new Error(`"${name}" is off the screen: scroll to it before dragging there.`);
    }
    return point;
  }

  private screen(): { width: number; height: number } {
    const size = this.page.viewportSize();
    if (!size) throw new Error('The page has no fixed size.');
    return size;
  }
}
