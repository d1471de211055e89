// Two people at once: what one does, the other sees within a second, without asking.
import type { Page } from '@playwright/test';
import { api, Board, expect, money, numberIn, signIn, test, unique, USERS } from '../support/fixtures.ts';

const LIVE = { timeout: 1_000 };

test('a card made, changed and moved by one shows at the other within a second', async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  await signIn(page, 'director');
  const made = await head.card('deal', `${tag} live`, { stage: 'New', amount: 1000 });
  await board.expectCardIn(made.title, 'New', LIVE);
  await head.change('deal', made.id, { title: { text: `${tag} renamed` } });
  await expect(board.card(`${tag} renamed`)).toHaveCount(1, LIVE);
  await head.move(made.id, 'Qualified');
  await board.expectCardIn(`${tag} renamed`, 'Qualified', LIVE);
});

test('the header of a column counts along', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const { id } = await head.card('deal', `${tag} counted`, { stage: 'New', amount: 1234 });
  await signIn(page, 'director');
  await board.expectCardIn(`${tag} counted`, 'New');
  const [from, to] = [await board.header('New'), await board.header('Qualified')];
  await head.move(id, 'Qualified');
  await expect
    .poll(async () => [await board.header('New'), await board.header('Qualified')], { ...LIVE, intervals: [50] })
    .toEqual([
      { count: from.count - 1, euro: from.euro - 1234 },
      { count: to.count + 1, euro: to.euro + 1234 },
    ]);
  // What the page has counted by itself is what the server counts.
  await page.reload();
  expect(await board.header('Qualified')).toEqual({ count: to.count + 1, euro: to.euro + 1234 });
});

test('a board that is narrowed follows too', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  await signIn(page, 'director', { to: `/deals/board?q=${tag}` });
  await expect(page.getByText('Nothing in this stage matches the filter.').first()).toBeVisible();
  const { id } = await head.card('deal', `${tag} found`, { stage: 'New', amount: 50 });
  await head.card('deal', `other ${unique()}`, { stage: 'New' });
  await board.expectColumnStarts('New', [`${tag} found`], LIVE);
  expect(await board.header('New')).toEqual({ count: 1, euro: 50 });
  await head.change('deal', id, { title: { text: unique() } });
  await expect(board.card(`${tag} found`)).toHaveCount(0, LIVE);
});

test('two people drag one card', { tag: '@desktop' }, async ({ page, board, secondUser }) => {
  const head = await api('head');
  const tag = unique();
  const { title } = await head.card('deal', `${tag} wanted`, { stage: 'New', amount: 10, values: {} });
  const to = `/deals/board?q=${tag}`;
  await signIn(page, 'head', { to });
  const admin = await secondUser('admin', { to });
  const other = new Board(admin);
  await other.expectCardIn(title, 'New');
  // While the one holds it, the other moves it.
  await board.dragByMouse(title, 'Qualified', undefined, {
    beforeDrop: async () => {
      await other.dragByMouse(title, 'Proposal');
      await other.expectCardIn(title, 'Proposal');
      // The one who holds it has heard of that.
      await board.expectCardIn(title, 'Proposal', LIVE);
    },
  });
  // Whoever came last has it, and both boards say the same.
  await expect
    .poll(async () => [await stageOf(board, title), await stageOf(other, title)], { intervals: [100] })
    .toEqual(['Qualified', 'Qualified']);
  await page.reload();
  await board.expectCardIn(title, 'Qualified');
});

async function stageOf(board: Board, title: string): Promise<string | undefined> {
  for (const stage of ['New', 'Qualified', 'Proposal']) {
    if ((await board.titlesIn(stage)).includes(title)) return stage;
  }
  return undefined;
}

test('what one is typing stays while others work', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const { title, id } = await head.card('deal', `${tag} busy`, { stage: 'New' });
  await signIn(page, 'head');
  await page.getByRole('button', { name: 'Add to Qualified' }).click();
  const input = board.section('Qualified').getByRole('textbox');
  await input.fill('half a tit');
  await head.move(id, 'Qualified');
  await board.expectCardIn(title, 'Qualified', LIVE);
  await expect(input).toHaveValue('half a tit');
  await expect(input).toBeFocused();
});

test('a deal given to somebody else leaves its salesperson’s board', async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const { title, id } = await head.card('deal', `${tag} given`, { stage: 'New', owner: USERS.sales });
  await signIn(page, 'sales');
  await board.expectCardIn(title, 'New');
  const before = await board.header('New');
  await head.change('deal', id, { owner_id: { id: head.user('pawel@dealwright.test') } });
  await expect(board.card(title)).toHaveCount(0, LIVE);
  await expect.poll(async () => (await board.header('New')).count, LIVE).toBe(before.count - 1);
  await head.change('deal', id, { owner_id: { id: head.user(USERS.sales) } });
  await board.expectCardIn(title, 'New', LIVE);
});

test.describe('an open record', { tag: '@desktop' }, () => {
  // Reading it again, it is not there any more.
  test.use({ allowedConsole: [/status of 404/] });

  test('follows what others do to it, until it is given away', async ({ page }) => {
    const head = await api('head');
    const tag = unique();
    const { id } = await head.card('deal', `${tag} shown`, { stage: 'New', amount: 100, owner: USERS.sales });
    await signIn(page, 'sales', { to: `/deals/${id}` });
    await expect(page.locator('[data-field="amount"]')).toContainText('€100');
    await head.change('deal', id, { amount: money(4321) });
    await expect(page.locator('[data-field="amount"]')).toContainText('€4,321', LIVE);
    await head.note('deal', id, `${tag} said`);
    await expect(page.getByRole('region', { name: 'Timeline' })).toContainText(`${tag} said`, LIVE);
    await head.change('deal', id, { owner_id: { id: head.user('pawel@dealwright.test') } });
    await expect(page.getByText('This record is gone')).toBeVisible(LIVE);
  });
});

test('the director’s funnel moves within a second', { tag: '@desktop' }, async ({ page, board, secondUser }) => {
  const head = await api('head');
  const tag = unique();
  const { title } = await head.card('deal', `${tag} funnel`, { stage: 'New', amount: 1000 });
  const funnel = await secondUser('director', { to: '/funnel' });
  const before = { new: await nowIn(funnel, 'New'), qualified: await nowIn(funnel, 'Qualified') };
  const chart = await funnel.locator('.chart').innerHTML();
  await signIn(page, 'head');
  await board.dragByMouse(title, 'Qualified');
  const dropped = Date.now();
  await expect.poll(() => nowIn(funnel, 'Qualified'), { ...LIVE, intervals: [25] }).toBe(before.qualified + 1);
  test.info().annotations.push({ type: 'funnel followed after', description: `${Date.now() - dropped} ms` });
  expect(await nowIn(funnel, 'New')).toBe(before.new - 1);
  expect(await funnel.locator('.chart').innerHTML()).not.toBe(chart);
});

/** How many deals a stage of the funnel's table has now. */
async function nowIn(page: Page, stage: string): Promise<number> {
  const deals = page.getByRole('group', { name: /^Deals/ }).first();
  const row = deals.getByRole('row').filter({ has: page.getByRole('rowheader', { name: stage, exact: true }) });
  return numberIn(await row.getByRole('cell').first().innerText());
}

test('the tabs of one browser share one connection', { tag: '@desktop' }, async ({ page, context, board }) => {
  const asked: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/live') asked.push(request.url());
  });
  await signIn(page, 'director');
  const tab = await context.newPage();
  await signIn(tab, 'director', { to: '/deals/board' });
  const inTab = new Board(tab);
  const head = await api('head');
  const first = await head.card('deal', unique(), { stage: 'New' });
  await board.expectCardIn(first.title, 'New', LIVE);
  await inTab.expectCardIn(first.title, 'New', LIVE);
  expect(asked).toHaveLength(1);
  // The one that holds the connection goes: the other takes it over, and misses nothing.
  await page.close();
  const second = await head.card('deal', unique(), { stage: 'New' });
  await inTab.expectCardIn(second.title, 'New', { timeout: 3_000 });
  expect(asked).toHaveLength(2);
});
