// A phone on a slow network: 400 kbit/s both ways, 400 ms until an answer begins, and a processor four times slower.
// The page's wasm is held back by the test, or given to it at once, since that of a development build is as large as
// twenty of a release.
import type { CDPSession, Page, Route } from '@playwright/test';
import { api, enter, expect, hydrated, sharedServer, test, unique } from '../support/fixtures.ts';

/** Slow 3G, in what browsers are told: bytes a second, and milliseconds. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const SLOWER = 4;

const WASM = /\/pkg\/.*\.wasm/;

async function slowly(page: Page, slower = SLOWER): Promise<CDPSession> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Network.enable');
  await browser.send('Network.emulateNetworkConditions', SLOW);
  await browser.send('Emulation.setCPUThrottlingRate', { rate: slower });
  return browser;
}

/** Holds an answer back until it is let go; then it is there at once. */
async function hold(page: Page, what: RegExp): Promise<() => void> {
  let letGo = (): void => {};
  const free = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(what, async (route) => {
    await free;
    await route.fulfill({ response: await route.fetch() }).catch(() => {});
  });
  return () => letGo();
}

const holdWasm = async (page: Page): Promise<() => void> => await hold(page, WASM);

async function goToBoard(page: Page): Promise<void> {
  await enter(page.context(), await api('head'));
  await page.goto(`${sharedServer()}/deals/board`, { waitUntil: 'commit' });
}

test.describe('on a slow phone', { tag: '@phone' }, () => {
  test('the board is read, and its links work, before the page is alive', async ({ page, board }) => {
    const head = await api('head');
    const { title, id } = await head.card('deal', unique(), { stage: 'New' });
    await slowly(page);
    // It is still on its way when this test ends.
    await page.route(WASM, () => {});
    await goToBoard(page);
    await expect(board.card(title)).toBeVisible({ timeout: 6_000 });
    await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');
    await board.card(title).getByRole('link', { name: title }).tap();
    // What opens over a board later on is a page of its own now.
    await expect(page).toHaveURL(new RegExp(`/deals/${id}$`));
    await expect(page.getByRole('heading', { name: title })).toBeVisible({ timeout: 6_000 });
    await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');
  });

  test('a button that is tapped before the page is alive waits, and does it then', async ({ page, board }) => {
    const tag = unique();
    const browser = await slowly(page);
    const letGo = await holdWasm(page);
    await goToBoard(page);
    const add = page.getByRole('button', { name: 'Add to New' });
    const other = page.getByRole('button', { name: /^Move / }).first();
    await other.tap();
    await expect(other).toHaveAttribute('aria-busy', 'true');
    // Whoever taps a second thing has made up their mind.
    await add.tap();
    await expect(add).toHaveAttribute('aria-busy', 'true');
    await expect(other).not.toHaveAttribute('aria-busy');
    // A phone has a release to compile, not this.
    await browser.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    letGo();
    await hydrated(page);
    const title = board.section('New').getByRole('textbox', { name: 'Title' });
    await expect(title).toBeVisible();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    await expect(page.locator('dialog[open]')).toHaveCount(0);
    await title.fill(tag);
    await board.section('New').getByRole('button', { name: 'Add', exact: true }).tap();
    await board.expectCardIn(tag, 'New');
  });

  test('a move shows that it is on its way, and arrives', async ({ page, board }) => {
    const head = await api('head');
    const { title } = await head.card('deal', unique(), { stage: 'New' });
    const letGo = await holdWasm(page);
    await goToBoard(page);
    letGo();
    await hydrated(page);
    await slowly(page);
    // However long the look at the card takes on a busy machine.
    const answer = await hold(page, /\/move_card$/);
    await page.getByRole('button', { name: `Move “${title}” to…` }).tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Qualified' }).tap();
    await expect(board.column('Qualified').getByRole('listitem', { name: title }).locator('.card--busy')).toHaveCount(1);
    answer();
    await expect(page.locator('.toast')).toContainText('Qualified');
    await expect(page.locator('.card--busy')).toHaveCount(0);
    await board.expectCardIn(title, 'Qualified');
    expect((await head.board({ kind: 'deal', text: title })).columns.find(({ cards }) => cards.length > 0)?.stage_id).toBe(
      head.stage('deal', 'Qualified').id,
    );
  });

  test.describe('whose network breaks off', () => {
    // What the browser and the page log of that.
    test.use({ allowedConsole: [/net::ERR_|Failed to fetch/] });

    test('what was refused half-way is said, and what was typed stays for another try', async ({ page, board }) => {
      const tag = unique();
      const head = await api('head');
      const { title } = await head.card('deal', `${tag} stays`, { stage: 'New' });
      const letGo = await holdWasm(page);
      await goToBoard(page);
      letGo();
      await hydrated(page);
      await slowly(page, 1);
      const broken = async (route: Route) => await route.abort('connectionreset');

      await page.route('**/add_card', broken);
      await page.getByRole('button', { name: 'Add to New' }).tap();
      const column = board.section('New');
      const input = column.getByRole('textbox', { name: 'Title' });
      await input.fill(`${tag} typed`);
      await column.getByRole('button', { name: 'Add', exact: true }).tap();
      await expect(column).toContainText('The server could not be reached.');
      await expect(input).toHaveValue(`${tag} typed`);
      await page.unroute('**/add_card');
      await column.getByRole('button', { name: 'Add', exact: true }).tap();
      await board.expectCardIn(`${tag} typed`, 'New');

      await page.route('**/move_card', broken);
      const move = async () => {
        await page.getByRole('button', { name: `Move “${title}” to…` }).tap();
        await page.getByRole('dialog').getByRole('button', { name: 'Qualified' }).tap();
      };
      await move();
      await expect(page.locator('.toast')).toContainText('could not be reached');
      await board.expectCardIn(title, 'New');
      await page.unroute('**/move_card');
      await move();
      await board.expectCardIn(title, 'Qualified');
      await expect(page.locator('.card--busy')).toHaveCount(0);
    });

    test('a page whose wasm does not come says so, and tries again by itself', async ({ page, board }) => {
      const head = await api('head');
      const { title } = await head.card('deal', unique(), { stage: 'New' });
      await page.clock.install();
      let tries = 0;
      await page.route(WASM, async (route) => {
        tries += 1;
        await route.abort('connectionreset');
      });
      await goToBoard(page);
      await expect(page.getByText('A part of this page has not come. It is tried again by itself.')).toBeVisible();
      await expect(page.getByRole('link', { name: 'Load the page again' })).toBeVisible();
      await expect(board.card(title)).toBeVisible();
      expect(tries).toBeGreaterThan(0);
      await page.unroute(WASM);
      await page.clock.fastForward('00:20');
      await hydrated(page);
      await expect(page.getByText('A part of this page has not come.')).toHaveCount(0);
      await page.getByRole('button', { name: `Move “${title}” to…` }).tap();
      await page.getByRole('dialog').getByRole('button', { name: 'Qualified' }).tap();
      await board.expectCardIn(title, 'Qualified');
    });
  });
});
