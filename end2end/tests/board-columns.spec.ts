import { api, Board, expect, signIn, test, unique } from '../support/fixtures.ts';

test('a card is added in its column, and the next one can be typed', { tag: '@desktop' }, async ({
  page,
  board,
  secondUser,
}) => {
  const tag = unique();
  await signIn(page, 'head');
  const other = new Board(await secondUser('director'));
  const before = await board.header('Qualified');
  await page.getByRole('button', { name: 'Add to Qualified' }).click();
  const column = board.section('Qualified');
  const input = column.getByRole('textbox', { name: 'Title' });
  await expect(input).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(column.getByText('Fill this in.')).toBeVisible();
  await input.fill(`${tag} one`);
  await page.keyboard.press('Enter');
  await board.expectColumnStarts('Qualified', [`${tag} one`]);
  await expect(input).toHaveValue('');
  await expect(input).toBeFocused();
  await input.fill(`${tag} two`);
  await page.keyboard.press('Enter');
  await board.expectColumnStarts('Qualified', [`${tag} two`, `${tag} one`]);
  await other.expectColumnStarts('Qualified', [`${tag} two`, `${tag} one`], { timeout: 1_000 });
  expect((await board.header('Qualified')).count).toBe(before.count + 2);
  await page.keyboard.press('Escape');
  await expect(input).toHaveCount(0);
  await board.expectColumnStarts('Qualified', [`${tag} two`, `${tag} one`]);
});

test('a card added at a gate is asked for what the gate wants', { tag: '@desktop' }, async ({ page, board }) => {
  const tag = unique();
  await signIn(page, 'head');
  await page.getByRole('button', { name: 'Add to Proposal' }).click();
  await board.section('Proposal').getByRole('textbox', { name: 'Title' }).fill(`${tag} gated`);
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Amount').fill('75');
  await dialog.getByRole('button', { name: /^(Add|Move)$/ }).click();
  await board.expectCardIn(`${tag} gated`, 'Proposal');
});

test('a phone adds a card too', { tag: '@phone' }, async ({ page, board }) => {
  const tag = unique();
  await signIn(page, 'sales');
  await page.getByRole('button', { name: 'Add to New' }).tap();
  await board.section('New').getByRole('textbox', { name: 'Title' }).fill(tag);
  await board.section('New').getByRole('button', { name: 'Add', exact: true }).tap();
  await board.expectCardIn(tag, 'New');
});

test('a long column loads more as one scrolls, and keeps few cards in the document', async ({ page, board }) => {
  await signIn(page, 'director');
  const { count } = await board.header('Lost');
  expect(count, 'the demonstration has lost more than a page of deals').toBeGreaterThan(120);
  const column = board.column('Lost');
  await column.scrollIntoViewIfNeeded();
  const first = await board.cardsIn('Lost').first().getAttribute('data-id');
  const most: number[] = [];
  for (const loaded of [31, 61, 91, 120]) {
    await column.evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await expect
      .poll(async () => Number(await board.cardsIn('Lost').last().getAttribute('aria-setsize')))
      .toBeGreaterThanOrEqual(loaded);
    most.push(await board.cardsIn('Lost').count());
  }
  expect(Math.max(...most)).toBeLessThan(60);
  // The first one is not in the document any more, and comes back when one scrolls up.
  await expect(column.locator(`[data-id="${first}"]`)).toHaveCount(0);
  await column.evaluate((list) => list.scrollTo(0, 0));
  await expect(column.locator(`[data-id="${first}"]`)).toHaveCount(1);
  const places = await board
    .cardsIn('Lost')
    .evaluateAll((cards) => cards.map((card) => Number(card.getAttribute('aria-posinset'))));
  expect(places).toEqual(places.map((_, index) => index + 1));
});

test('every card of a column is reached by scrolling, once', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const titles = Array.from({ length: 65 }, (_, index) => `${tag} ${String(index).padStart(2, '0')}`);
  await head.deals(titles, { stage: 'New' });
  await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
  expect((await board.header('New')).count).toBe(65);
  const list = board.column('New');
  const seen = new Set<string>();
  await expect
    .poll(async () => {
      const shown = await board.titlesIn('New');
      expect(new Set(shown).size, 'no card twice').toBe(shown.length);
      for (const title of shown) seen.add(title);
      await list.evaluate((element) => element.scrollBy(0, 240));
      return seen.size;
    }, { intervals: [50], timeout: 20_000 })
    .toBe(65);
  expect([...seen].toSorted()).toEqual(titles);
});
