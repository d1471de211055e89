// A list as its user sees it: a grid whose rows are named after their title.
import { expect, type Locator, type Page } from '@playwright/test';

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
