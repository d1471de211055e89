// The address holds what a page shows: reload, back and forward, sharing it, and what is not there.
import { api, Board, enter, expect, open, signIn, test, unique, USERS } from '../support/fixtures.ts';

test('filters stand in the address, and survive a reload and being shared', { tag: '@desktop' }, async ({
  page,
  board,
  secondUser,
}) => {
  const head = await api('head');
  const tag = unique();
  const own = await head.card('deal', `${tag} own`, { stage: 'New' });
  const given = await head.card('deal', `${tag} given`, { stage: 'New', owner: USERS.sales });
  await signIn(page, 'head');
  await page.getByRole('searchbox').fill(tag);
  await expect(page).toHaveURL(`/deals/board?q=${tag}`);
  await board.expectColumnStarts('New', [given.title, own.title]);
  await page.getByLabel('Owner').selectOption('Daniel Moreau');
  await expect(page).toHaveURL(/owner=\d+/);
  await expect(board.card(own.title)).toHaveCount(0);
  await page.getByLabel('Created').selectOption('Created today');
  await expect(page).toHaveURL(/period=today/);
  await board.expectCardIn(given.title, 'New');

  const address = page.url();
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue(tag);
  await expect(page.getByLabel('Created')).toHaveValue('today');
  await board.expectCardIn(given.title, 'New');
  await expect(board.card(own.title)).toHaveCount(0);
  const shared = new Board(await secondUser('admin', { to: address.replace(/^https?:\/\/[^/]+/, '') }));
  await shared.expectCardIn(given.title, 'New');
  await expect(shared.card(own.title)).toHaveCount(0);

  // Back and forward go through the filters one by one.
  await page.goBack();
  await expect(page).not.toHaveURL(/period=/);
  await expect(page.getByLabel('Created')).toHaveValue('');
  await page.goBack();
  await expect(page).not.toHaveURL(/owner=/);
  await board.expectCardIn(own.title, 'New');
  await page.goForward();
  await expect(page).toHaveURL(/owner=\d+/);
  await expect(board.card(own.title)).toHaveCount(0);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page).toHaveURL('/deals/board');
  await expect(page.getByRole('searchbox')).toHaveValue('');
});

test('the pipeline stands in the address', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const renewals = head.pipeline('deal', 'Renewals');
  await signIn(page, 'head');
  await page.getByLabel('Pipeline').selectOption('Renewals');
  await expect(page).toHaveURL(`/deals/board?pipeline=${renewals.id}`);
  await expect(board.column('Due')).toBeVisible();
  await expect(board.column('Negotiation')).toHaveCount(0);
  await page.reload();
  await expect(board.column('Due')).toBeVisible();
  await page.goBack();
  await expect(board.column('Negotiation')).toBeVisible();
});

test('a record opens over the board; back closes it and the board is where it was', async ({ page, board }, { project }) => {
  const head = await api('head');
  const tag = unique();
  const titles = Array.from({ length: 12 }, (_, index) => `${tag} ${String(index).padStart(2, '0')}`);
  await head.deals(titles, { stage: 'New' });
  await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
  await board.expectColumnStarts('New', titles.slice(0, 3));
  const list = board.column('New');
  await list.evaluate((element) => element.scrollTo(0, 300));
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(300);
  const title = `${tag} 06`;
  const link = board.card(title).getByRole('link');
  if (project.name === 'phone') await link.tap();
  else await link.click();
  const panel = page.getByRole('dialog', { name: 'Record' });
  await expect(panel.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(page).toHaveURL(/open=\d+/);
  await page.goBack();
  await expect(panel).toHaveCount(0);
  await expect(page).not.toHaveURL(/open=/);
  expect(await list.evaluate((element) => element.scrollTop)).toBe(300);
  await page.goForward();
  await expect(panel.getByRole('heading', { level: 1, name: title })).toBeVisible();
  // Shared, the address shows the board with the record over it.
  await page.reload();
  await expect(panel.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(page.locator('.board__slot').first()).toBeAttached();
  await panel.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(panel).toHaveCount(0);
  await expect(page).not.toHaveURL(/open=/);
});

test('Escape closes the record, and the focus is back on its card', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const { title } = await head.card('deal', unique(), { stage: 'New' });
  await signIn(page, 'head');
  await board.focus(title);
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'Record' });
  await expect(panel.getByRole('heading', { level: 1 })).toHaveText(title);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(board.card(title).getByRole('link')).toBeFocused();
});

test('a record has a page of its own', async ({ page, board }) => {
  const head = await api('head');
  const { title, id } = await head.card('deal', unique(), { stage: 'New' });
  await signIn(page, 'head', { to: `/deals/board?open=${id}` });
  await page.getByRole('dialog', { name: 'Record' }).getByRole('link', { name: 'Open as a page' }).click();
  await expect(page).toHaveURL(`/deals/${id}`);
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(page).toHaveTitle(`${title} · Dealwright`);
  await page.goBack();
  const panel = page.getByRole('dialog', { name: 'Record' });
  await expect(panel).toBeVisible();
  await panel.getByRole('button', { name: 'Close', exact: true }).click();
  await board.expectCardIn(title, 'New');
});

test.describe('what is not there', () => {
  // The browser itself logs every answer that is a refusal.
  test.use({ allowedConsole: [/status of 404/] });

  test('has status 404, like what may not be seen', async ({ page }) => {
    const head = await api('head');
    const sales = await api('sales');
    const { id } = await head.card('deal', unique(), { stage: 'New' });
    await enter(page.context(), sales);
    for (const address of [`/deals/${id}`, '/deals/999999999', '/deals/none', '/contacts/999999999', '/nowhere']) {
      const answer = await page.goto(address);
      expect(answer?.status(), address).toBe(404);
      await expect(page.getByText('Not found').first()).toBeVisible();
    }
    await open(page, `/deals/${id}`);
    await page.getByRole('link', { name: 'To my day' }).click();
    await expect(page).toHaveURL('/');
  });

  test('is said over the board too', { tag: '@desktop' }, async ({ page }) => {
    await signIn(page, 'sales', { to: '/deals/board?open=999999999' });
    await expect(page.getByRole('dialog', { name: 'Record' })).toContainText('Not found');
  });
});

test('an address with nonsense in it shows the board', { tag: '@desktop' }, async ({ page, board }) => {
  await signIn(page, 'head', { to: '/deals/board?pipeline=x&owner=you&period=soon&open=-&q=%20' });
  await expect(board.column('New')).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'Record' })).toHaveCount(0);
});
