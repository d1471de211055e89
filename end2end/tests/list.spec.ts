// Lists: what they show, how they are found again by their address, and how they are read to the end.
import type { Page } from '@playwright/test';
import {
  api,
  database,
  expect,
  expectNoAxeViolations,
  open,
  signIn,
  test as base,
  text,
  touchDrag,
  unique,
  USERS,
} from '../support/fixtures.ts';
import { List } from '../support/list.ts';

const test = base.extend<{ list: List }>({
  list: async ({ page }, use) => {
    await use(new List(page));
  },
});

const LIVE = { timeout: 2_000 };

function address(page: Page): URL {
  return new URL(page.url());
}

test('a list shows what its kind is usually read by, and opens a record over itself', async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  const [first] = await head.deals([`${tag} one`, `${tag} two`, `${tag} three`], { amount: 100 });
  await signIn(page, 'head', { to: `/deals?q=${tag}&sort=title` });
  await list.expectTitles([`${tag} one`, `${tag} three`, `${tag} two`]);
  await expect(page.locator('.list__count')).toHaveText('3');
  await expect(page.locator('.grid__sum')).toHaveText('€300');
  await expect(page.locator('.grid__average')).toHaveText('avg €100');
  await list.link(`${tag} one`).click();
  await expect(page.locator('.panel .record__title')).toHaveText(`${tag} one`);
  expect(address(page).searchParams.get('open')).toBe(String(first?.id));
  await page.locator('.panel #record-next').click();
  await expect(page.locator('.panel .record__title')).toHaveText(`${tag} three`);
  await page.keyboard.press('Escape');
  await expect(page.locator('.panel')).toHaveCount(0);
  expect(address(page).searchParams.get('open')).toBeNull();
  await list.expectTitles([`${tag} one`, `${tag} three`, `${tag} two`]);
});

for (const kind of ['leads', 'contacts', 'companies', 'products'] as const) {
  test(`/${kind}`, async ({ page, list }) => {
    await signIn(page, 'admin', { to: `/${kind}` });
    await expect(list.rows.first()).toBeVisible();
    await list.rows.first().locator('.grid__link').click();
    await expect(page.locator('.panel .record')).toBeVisible();
  });
}

test('sorting by several columns stands in the address', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  for (const [name, amount] of [['b', 2], ['a', 1], ['c', 2], ['d', 1]] as const) {
    await head.card('deal', `${tag} ${name}`, { amount });
  }
  await signIn(page, 'head', { to: `/deals?q=${tag}` });
  await list.sortBy('amount');
  await expect(list.head('amount')).toHaveAttribute('aria-sort', 'ascending');
  await list.sortBy('amount');
  await list.sortBy('title', { add: true });
  await list.expectTitles([`${tag} b`, `${tag} c`, `${tag} a`, `${tag} d`]);
  await expect(list.head('amount')).toHaveAttribute('aria-sort', 'descending');
  await expect(list.head('amount')).toContainText('1');
  await expect(list.head('title')).toContainText('2');
  expect(address(page).searchParams.get('sort')).toBe('-amount,title');
  await list.sortBy('title', { add: true });
  await list.expectTitles([`${tag} c`, `${tag} b`, `${tag} d`, `${tag} a`]);
  await page.goBack();
  await list.expectTitles([`${tag} b`, `${tag} c`, `${tag} a`, `${tag} d`]);
});

test('columns are chosen, ordered and resized, by mouse and by keyboard', { tag: '@desktop' }, async ({ page, list }) => {
  await signIn(page, 'head', { to: '/deals?columns=title,amount,stage_id,owner_id' });
  expect(await list.columns()).toEqual(['title', 'amount', 'stage_id', 'owner_id']);
  await page.getByRole('button', { name: 'Columns' }).click();
  const menu = page.getByRole('dialog', { name: 'Columns' });
  await menu.getByRole('checkbox', { name: 'Source' }).click();
  await expect.poll(async () => await list.columns()).toEqual(['title', 'amount', 'stage_id', 'owner_id', 'source']);
  // By keyboard: up, and wider.
  const handle = menu.getByRole('button', { name: 'Move “Source”' });
  await handle.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => await list.columns()).toEqual(['title', 'amount', 'stage_id', 'source', 'owner_id']);
  await expect(handle).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => address(page).searchParams.get('columns')).toBe('title,amount,stage_id,source:160,owner_id');
  // By mouse: to the front.
  const [from, to] = [await handle.boundingBox(), await menu.getByRole('button', { name: 'Move “Amount”' }).boundingBox()];
  if (!from || !to) throw new Error('no handles');
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + 2, { steps: 8 });
  await page.mouse.up();
  await expect.poll(async () => await list.columns()).toEqual(['title', 'source', 'amount', 'stage_id', 'owner_id']);
  await menu.getByRole('checkbox', { name: 'Owner' }).click();
  await expect.poll(async () => await list.columns()).toEqual(['title', 'source', 'amount', 'stage_id']);
  await page.keyboard.press('Escape');
  // The head's edge.
  const head = await list.head('amount').boundingBox();
  if (!head) throw new Error('no head');
  await page.mouse.move(head.x + head.width - 3, head.y + 10);
  await page.mouse.down();
  await page.mouse.move(head.x + head.width + 57, head.y + 10, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => address(page).searchParams.get('columns')).toBe('title,source:160,amount:188,stage_id');
  await expect.poll(async () => Math.round((await list.head('amount').boundingBox())?.width ?? 0)).toBe(188);
  await list.head('amount').locator('.grid__edge').dblclick();
  await expect.poll(async () => (await list.head('amount').boundingBox())?.width ?? 0).toBeLessThan(170);
  // A reload, and another person, see the same.
  const here = page.url();
  const columns = await list.columns();
  await page.reload();
  expect(await list.columns()).toEqual(columns);
  await open(page, here);
  expect(await list.columns()).toEqual(columns);
});

test('a list is found again: reload, back, a shared address', async ({ page, list, secondUser }) => {
  const head = await api('head');
  const tag = unique();
  await head.deals([`${tag} one`, `${tag} two`], { owner: USERS.sales });
  await head.card('deal', `${tag} three`, { owner: USERS.head });
  const sales = head.user(USERS.sales);
  await signIn(page, 'head', { to: `/deals?filter=owner_id:is:${sales}&q=${tag}&sort=-title` });
  await list.expectTitles([`${tag} two`, `${tag} one`]);
  await page.reload();
  await list.expectTitles([`${tag} two`, `${tag} one`]);
  const other = await secondUser('sales', { to: address(page).pathname + address(page).search });
  await new List(other).expectTitles([`${tag} two`, `${tag} one`]);
  // Typing changes the address without a step to go back to.
  const search = page.getByRole('searchbox', { name: 'Search titles' });
  await search.fill(`${tag} tw`);
  await list.expectTitles([`${tag} two`]);
  await expect.poll(() => address(page).searchParams.get('q')).toBe(`${tag} tw`);
  await list.link(`${tag} two`).click();
  await expect(page.locator('.panel')).toBeVisible();
  await page.goBack();
  await expect(page.locator('.panel')).toHaveCount(0);
  await expect(search).toHaveValue(`${tag} tw`);
  await list.expectTitles([`${tag} two`]);
});

test('what makes no sense in an address is said, and the rest works', async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.deals([`${tag} one`, `${tag} two`]);
  const bad = 'filter=and(colour:is:red,title:starts:' + tag + ')&sort=colour,-title&columns=title,colour,amount&view=999999';
  await signIn(page, 'head', { to: `/deals?${bad}` });
  await list.expectTitles([`${tag} two`, `${tag} one`]);
  const faults = page.locator('.list__faults');
  await expect(faults).toContainText('The view in the address is gone');
  await expect(faults).toContainText('The filter asks for “colour”');
  await expect(faults).toContainText('cannot be sorted by “colour”');
  await expect(faults).toContainText('no column “colour” any more');
  await expectNoAxeViolations(page);
  await faults.getByRole('button', { name: 'Remove it' }).click();
  await expect(faults).toHaveCount(0);
  expect(address(page).search).not.toContain('colour');
  await list.expectTitles([`${tag} two`, `${tag} one`]);
  await open(page, `/deals?q=${tag}&filter=and(((&sort=title`);
  await expect(faults).toContainText('The filter in the address cannot be read');
  await list.expectTitles([`${tag} one`, `${tag} two`]);
});

test('where nothing fits one can clear the filter', async ({ page, list }) => {
  await signIn(page, 'head', { to: `/deals?q=${unique()}` });
  await expect(page.getByText('Nothing fits')).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Clear filter and search' }).click();
  await expect(list.rows.first()).toBeVisible();
  await expect(page.getByRole('searchbox', { name: 'Search titles' })).toHaveValue('');
});

test('what others do is seen in place, and nothing jumps', async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  const made = await head.deals([`${tag} one`, `${tag} two`], { amount: 10 });
  await signIn(page, 'head', { to: `/deals?q=${tag}&sort=title&filter=amount:lt:50` });
  await list.expectTitles([`${tag} one`, `${tag} two`]);
  await database(`update deal set updated_at = updated_at where id = ${made[0]?.id}`);
  const sales = await api('admin');
  await sales.post('app/list/api/change_cell', {
    kind: 'deal',
    id: made[0]?.id,
    draft: { values: { amount: { money: { amount: '99', currency: 'EUR' } } } },
  });
  // It does not fit any more, but stays where it is.
  await expect(list.row(`${tag} one`)).toHaveClass(/grid__row--outside/, LIVE);
  await expect(list.row(`${tag} one`)).toContainText('€99');
  await list.expectTitles([`${tag} one`, `${tag} two`]);
  await head.card('deal', `${tag} a new one`, { amount: 5 });
  const chip = page.getByRole('button', { name: '1 new · show' });
  await expect(chip).toBeVisible(LIVE);
  await list.expectTitles([`${tag} one`, `${tag} two`]);
  await chip.click();
  await list.expectTitles([`${tag} a new one`, `${tag} two`]);
  await expect(chip).toHaveCount(0);
});

test('six thousand rows are read to the end with few in the document', { tag: '@desktop' }, async ({ page, list }) => {
  test.setTimeout(150_000);
  const head = await api('head');
  const tag = unique();
  const stage = head.stage('deal');
  await database(
    `insert into deal (title, pipeline_id, stage_id, position, amount, currency, owner_id, created_at, updated_at, stage_since, version, custom)
     select '${tag} ' || lpad(n::text, 5, '0'), ${stage.pipeline_id}, ${stage.id}, 'z' || lpad(n::text, 6, '0'), n, 'EUR',
       ${head.user(USERS.head)}, now(), now(), now(), 1, '{}' from generate_series(1, 6000) n`,
  );
  try {
    await signIn(page, 'head', { to: `/deals?q=${tag}&sort=title` });
    await expect(page.locator('.list__count')).toHaveText('6,000');
    await expect(page.locator('.grid__sum')).toHaveText('€18,003,000');
    // To the end, a page after another.
    const last = list.row(`${tag} 06000`);
    for (let pages = 0; pages < 400 && (await last.count()) === 0; pages++) {
      await list.scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.waitForTimeout(60);
    }
    await expect(last).toBeVisible();
    // Wherever one looks, the rows stand one after another, and few are in the document.
    for (const place of [0, 1, 99, 100, 101, 2750, 4999, 5900]) {
      await list.scrollTo(36 * place);
      await expect(list.row(`${tag} ${String(place + 1).padStart(5, '0')}`)).toBeVisible();
      const numbers = (await list.titles()).map((title) => Number(title.split(' ')[1]));
      expect(numbers.length).toBeLessThan(90);
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    }
    // A record over it and gone again: the place is the same.
    await list.scrollTo(36 * 3000);
    await expect(list.row(`${tag} 03005`)).toBeVisible();
    const before = await list.scrolled();
    await list.link(`${tag} 03005`).click();
    await expect(page.locator('.panel .record')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('.panel')).toHaveCount(0);
    expect(await list.scrolled()).toBe(before);
    // The record's own page, and back.
    await page.locator('a.rail__item', { hasText: 'Funnel' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Funnel' })).toBeVisible();
    await page.goBack();
    await expect(list.row(`${tag} 03005`)).toBeVisible();
    expect(await list.scrolled()).toBe(before);
    // Selecting a range, and everything.
    await list.row(`${tag} 03005`).locator('.check__box').click();
    await list.row(`${tag} 03010`).locator('.check__box').click({ modifiers: ['Shift'] });
    await expect(page.locator('.grid__row--selected')).toHaveCount(6);
  } finally {
    await database(`delete from deal where title like '${tag} %'`);
  }
});

test('on a phone rows are cards, chosen by a rest of the finger', { tag: '@phone' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.deals([`${tag} one`, `${tag} two`], { amount: 100, stage: 'Qualified' });
  await signIn(page, 'head', { to: `/deals?q=${tag}&sort=title` });
  await list.expectTitles([`${tag} one`, `${tag} two`]);
  const card = list.row(`${tag} one`);
  await expect(card).toContainText('€100');
  await expect(card).toContainText('Qualified');
  const box = await card.boundingBox();
  if (!box) throw new Error('no card');
  expect(box.width).toBeGreaterThan(370);
  expect(box.height).toBeLessThan(120);
  const at = { x: box.x + 200, y: box.y + box.height - 12 };
  await touchDrag(page, at, at, { rest: 700, steps: 1 });
  await expect(card).toHaveClass(/grid__row--selected/);
  const other = await list.row(`${tag} two`).boundingBox();
  if (!other) throw new Error('no card');
  await page.touchscreen.tap(other.x + 200, other.y + 12);
  await expect(page.locator('.grid__row--selected')).toHaveCount(2);
  await expectNoAxeViolations(page);
  await page.touchscreen.tap(other.x + 200, other.y + 12);
  await page.touchscreen.tap(at.x, at.y);
  await expect(page.locator('.grid__row--selected')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sort' }).click();
  await page.getByRole('menuitemradio', { name: /^Title/ }).click();
  await list.expectTitles([`${tag} two`, `${tag} one`]);
  await list.link(`${tag} two`).click();
  await expect(page.locator('.panel .record__title')).toHaveText(`${tag} two`);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const kind of ['deals', 'leads', 'contacts', 'companies', 'products']) {
      test(`/${kind} can be used by everybody`, async ({ page, list }) => {
        await signIn(page, 'admin', { to: `/${kind}` });
        await expect(list.rows.first()).toBeVisible();
        await expectNoAxeViolations(page);
        if (process.env['LIST_SHOTS']) {
          await page.waitForTimeout(800);
          await page.screenshot({
            path: `/tmp/E-${kind}-${page.viewportSize()?.width}-${colorScheme}.png`,
            animations: 'disabled',
          });
        }
      });
    }
  });
}

test('an unknown kind and text in a title are no trouble', { tag: '@desktop' }, async ({ page, list }) => {
  const head = await api('head');
  const tag = unique();
  await head.card('deal', `${tag} <b>50%</b> שלום & "x"`, { values: { next_step: text('<script>alert(1)</script>') } });
  await signIn(page, 'head', { to: `/deals?q=${tag}` });
  await expect(list.row(`${tag} <b>50%</b> שלום & "x"`)).toContainText('<script>alert(1)</script>');
  await page.getByRole('searchbox', { name: 'Search titles' }).fill(`${tag} <b>50%</b> ש`);
  await expect.poll(() => address(page).search).toContain('%2525');
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Search titles' })).toHaveValue(`${tag} <b>50%</b> ש`);
  await list.expectTitles([`${tag} <b>50%</b> שלום & "x"`]);
});
