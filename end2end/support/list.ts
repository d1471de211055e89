// A list as its user sees it: a grid whose rows are named after their title.
import { expect, type Locator, type Page } from '@playwright/test';
import { Finger } from './touch.ts';

export class List {
  constructor(readonly page: Page) {}

  get grid(): Locator {
    return this.page.getByRole('grid');
  }

  /** The rows that are in the document. */
  get rows(): Locator {
    return this.page.locator('.grid__row[data-id]');
  }

  row(title: string): Locator {
    return this.rows.filter({ has: this.page.getByRole('link', { name: title, exact: true }) });
  }

  link(title: string): Locator {
    return this.grid.getByRole('link', { name: title, exact: true });
  }

  /** The cell of a row in the column of a field. */
  async cell(title: string, field: string): Promise<Locator> {
    const head = this.page.locator(`[data-key="${field}"]`);
    const at = await head.getAttribute('data-head');
    if (at === null) throw new Error(`There is no column ${field}.`);
    return this.row(title).locator(`[data-col="${at}"]`);
  }

  /** The titles from top to bottom, as far as they are in the document. */
  async titles(): Promise<string[]> {
    return await this.rows.locator('.grid__link').allInnerTexts();
  }

  async expectTitles(titles: string[]): Promise<void> {
    await expect.poll(async () => await this.titles(), { intervals: [50], message: 'the rows' }).toEqual(titles);
  }

  /** The names of the columns, from the left. */
  async columns(): Promise<string[]> {
    return await this.page.locator('[data-key]').evaluateAll((heads) => heads.map((head) => head.getAttribute('data-key') ?? ''));
  }

  head(field: string): Locator {
    return this.page.locator(`[data-key="${field}"]`);
  }

  async sortBy(field: string, options: { add?: boolean } = {}): Promise<void> {
    await this.head(field)
      .locator('.grid__sort')
      .click(options.add ? { modifiers: ['Shift'] } : {});
  }

  /** What scrolls. */
  get scroller(): Locator {
    return this.page.locator('.list__scroll');
  }

  async scrollTo(pixels: number): Promise<void> {
    await this.scroller.evaluate((element, to) => element.scrollTo(0, to), pixels);
  }

  async scrolled(): Promise<number> {
    return await this.scroller.evaluate((element) => element.scrollTop);
  }
}

/** Selects records of the list: by their boxes, or on a phone by a rest of the finger and taps. */
export async function tickAll(page: Page, titles: string[]): Promise<void> {
  const onPhone = (page.viewportSize()?.width ?? 0) < 640;
  for (const [at, title] of titles.entries()) {
    if (!onPhone) {
      await page.getByLabel(`Select “${title}”`).click();
      continue;
    }
    const card = page.locator('.grid__row', { hasText: title });
    const box = await card.boundingBox();
    if (!box) throw new Error(`"${title}" is not on the list.`);
    const finger = await Finger.on(page);
    await finger.down({ x: box.x + box.width / 3, y: box.y + box.height / 2 });
    if (at === 0) await page.waitForTimeout(700);
    await finger.up();
  }
  await expect(page.getByRole('region', { name: 'Selected records' })).toContainText(`${titles.length} deal`);
}
