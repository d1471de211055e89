import type { Page } from '@playwright/test';
import { api, type Api, Board, expect, expectNoAxeViolations, numberIn, open, signIn, test, unique, USERS } from '../support/fixtures.ts';

/** The row of a stage in the funnel's table of deals. */
function cells(page: Page, stage: string) {
  const deals = page.getByRole('group', { name: /^Deals/ }).first();
  return deals
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: stage, exact: true }) })
    .getByRole('cell');
}

async function nowIn(page: Page, stage: string): Promise<number> {
  return numberIn(await cells(page, stage).first().innerText());
}

/** How many deals somebody may see in a stage, of those that a filter lets through. */
async function countIn(who: Api, stage: string, filter: string): Promise<number> {
  const { id } = who.stage('deal', stage);
  const board = await who.board({ kind: 'deal', filter });
  const totals = board.columns.find((column) => column.stage_id === id)?.totals ?? [];
  return totals.reduce((sum, { count }) => sum + count, 0);
}

const STAGES = ['New', 'Qualified', 'Proposal', 'Negotiation', 'Contract', 'Won', 'Lost'];

for (const who of ['director', 'sales'] as const) {
  test(`the numbers of the ${who} are those of the board`, { tag: '@desktop' }, async ({ page }) => {
    await signIn(page, who);
    const board = new Board(page);
    const shown = new Map<string, { count: number; sum: string }>();
    for (const stage of STAGES) {
      const sums = await board.section(stage).locator('.board__sum').allInnerTexts();
      const sum = sums.find((sum) => sum.includes('€')) ?? '–';
      shown.set(stage, { count: (await board.header(stage)).count, sum });
    }
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Funnel' }).click();
    await expect(page).toHaveURL('/funnel');
    for (const stage of STAGES) {
      const [count, sum] = [cells(page, stage).nth(0), cells(page, stage).nth(1)];
      await expect(count).toBeVisible();
      expect({ count: numberIn(await count.innerText()), sum: await sum.innerText() }, stage).toEqual(shown.get(stage));
    }
  });
}

test('everyone sees the numbers of what they may see', { tag: '@desktop' }, async ({ page, secondUser }) => {
  await signIn(page, 'director', { to: '/funnel' });
  const sales = await secondUser('sales', { to: '/funnel' });
  const [all, seen] = [await nowIn(page, 'New'), await nowIn(sales, 'New')];
  // Own ones, and what others let everyone see.
  const seller = await api('sales');
  const own = await countIn(seller, 'New', 'owner_id:is:me');
  expect(own).toBeGreaterThan(0);
  expect(seen).toBe(await countIn(seller, 'New', 'or(owner_id:is:me,everyone:is:yes)'));
  expect(seen).toBeLessThan(all);
  // Who sees only own records has nobody to choose from.
  await expect(sales.getByLabel('Whose')).toHaveCount(0);
  await page.getByLabel('Whose').selectOption('Daniel Moreau');
  await expect(page).toHaveURL(/owner=\d+/);
  await expect.poll(() => nowIn(page, 'New')).toBe(own);
});

test('filters stand in the address', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  const renewals = head.pipeline('deal', 'Renewals');
  await signIn(page, 'director', { to: '/funnel' });
  const all = await nowIn(page, 'Won');
  await page.getByLabel('Created').selectOption('Last 90 days');
  await expect(page).toHaveURL('/funnel?period=last_90_days');
  await expect.poll(() => nowIn(page, 'Won')).toBeLessThan(all);
  const some = await nowIn(page, 'Won');
  await page.reload();
  expect(await nowIn(page, 'Won')).toBe(some);
  await expect(page.getByLabel('Created')).toHaveValue('last_90_days');
  await page.getByLabel('Pipeline').selectOption('Renewals');
  await expect(page).toHaveURL(new RegExp(`pipeline=${renewals.id}`));
  await expect(cells(page, 'Renewed').first()).toBeVisible();
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL('/funnel');
  await expect.poll(() => nowIn(page, 'Won')).toBe(all);
});

test('any field narrows it, and what it no longer knows is said', async ({ page }) => {
  const admin = await api('admin');
  await signIn(page, 'director', { to: '/funnel' });
  const all = await nowIn(page, 'New');
  await page.getByRole('button', { name: /^Filter( \d|$)/ }).click();
  const builder = page.getByRole('dialog', { name: 'Filter', exact: true });
  await builder.getByRole('button', { name: /^Field:/ }).click();
  await page.getByRole('combobox', { name: 'Field', exact: true }).fill('Source');
  await page.getByRole('option', { name: 'Source', exact: true }).click();
  await builder.getByRole('button', { name: /^Value:/ }).click();
  await page.getByRole('option', { name: 'Call', exact: true }).click();
  await page.keyboard.press('Escape');
  await expectNoAxeViolations(page);
  await builder.getByRole('button', { name: 'Done' }).click();
  await expect(page).toHaveURL('/funnel?filter=source:is:call');
  const called = await countIn(admin, 'New', 'source:is:call');
  expect(called).toBeLessThan(all);
  await expect.poll(() => nowIn(page, 'New')).toBe(called);
  await page.reload();
  await expect.poll(() => nowIn(page, 'New')).toBe(called);
  await page.getByRole('button', { name: 'Remove: Source is Call' }).click();
  await expect.poll(() => nowIn(page, 'New')).toBe(all);

  // A field that was deleted since the address was kept.
  await open(page, '/funnel?filter=c999999:is:call');
  await expect(page.getByRole('main')).toContainText('c999999');
  await page.getByRole('button', { name: /^Remove: / }).click();
  await expect.poll(() => nowIn(page, 'New')).toBe(all);
});

test('days of one’s own can be asked for', { tag: '@desktop' }, async ({ page }) => {
  await signIn(page, 'director', { to: '/funnel?period=2026-01-01..2026-03-31' });
  await expect(page.getByLabel('First day')).toHaveValue('2026-01-01');
  const quarter = await nowIn(page, 'Won');
  await page.getByLabel('Last day').fill('2026-01-31');
  await expect(page).toHaveURL(/period=2026-01-01\.\.2026-01-31/);
  await expect.poll(() => nowIn(page, 'Won')).toBeLessThan(quarter);
});

test('the wall shows it large, follows what happens, and is left by Escape', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  await signIn(page, 'director', { to: '/funnel?wall=1' });
  await expect(page.locator('.funnel--wall')).toBeVisible();
  await expect(page.getByLabel('Created')).toBeHidden();
  const before = await nowIn(page, 'New');
  const { id } = await head.card('deal', unique(), { stage: 'New' });
  await expect.poll(() => nowIn(page, 'New'), { timeout: 1_000, intervals: [25] }).toBe(before + 1);
  await head.move(id, 'Qualified');
  await expect.poll(() => nowIn(page, 'New'), { timeout: 1_000, intervals: [25] }).toBe(before);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/funnel');
  await expect(page.locator('.funnel--wall')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show on the wall' }).click();
  await expect(page).toHaveURL('/funnel?wall=1');
  await page.keyboard.press('Escape');
  await expect(page.locator('.funnel--wall')).toHaveCount(0);
});

test('lost reasons are counted', { tag: '@desktop' }, async ({ page }) => {
  const head = await api('head');
  await signIn(page, 'director', { to: '/funnel?period=today' });
  const reason = 'No budget this year';
  const table = page.getByRole('group', { name: /^Why lost: Deals/ });
  const before = (await table.count()) ? await table.getByRole('row', { name: reason }).count() : 0;
  expect(before).toBeLessThanOrEqual(1);
  const { id } = await head.card('deal', unique(), { stage: 'New', amount: 400, owner: USERS.sales });
  const lost = head.workspace.lost_reasons.find(({ name }) => name === reason);
  await head.move(id, 'Lost', { lost_reason_id: { id: lost?.id } });
  await expect(table.getByRole('row', { name: reason })).toBeVisible({ timeout: 1_500 });
});

test('a phone shows the same numbers', { tag: '@phone' }, async ({ page }) => {
  await signIn(page, 'director', { to: '/funnel' });
  expect(await nowIn(page, 'New')).toBeGreaterThan(0);
  // The page itself does not scroll sideways; its tables do.
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});
