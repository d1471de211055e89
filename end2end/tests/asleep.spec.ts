// A browser that sleeps for an hour while others work: its connection is gone without a word, more has happened than a
// server tells one by one, and when it wakes it shows what is now, without anybody's doing.
import type { Page } from '@playwright/test';
import { type Api, Board, editField, enter, expect, money, open, setUp, test, text } from '../support/fixtures.ts';

/** More records than a server tells one by one of to a browser that comes back. */
const MANY = 110;

const WAKE = { timeout: 8_000 };

/** Works for all of these at once, as many people do. */
async function together<T, R>(all: T[], work: (one: T, at: number) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += 10) {
    done.push(...(await Promise.all(all.slice(at, at + 10).map((one, by) => work(one, at + by)))));
  }
  return done;
}

/** Stops the page, does what others do meanwhile, and lets it go on an hour later. */
async function asleep(page: Page, meanwhile: () => Promise<void>): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Page.setWebLifecycleState', { state: 'frozen' });
  await meanwhile();
  await browser.send('Page.setWebLifecycleState', { state: 'active' });
  await page.clock.fastForward('01:00:00');
}

/** Every column as the server has it: its number, and its cards in their order, each of them once. */
async function expectNow(board: Board, api: Api): Promise<void> {
  const { stages } = api.pipeline('deal');
  await expect(async () => {
    const now = await api.board({ kind: 'deal' });
    for (const { id, name } of stages) {
      const column = now.columns.find(({ stage_id }) => stage_id === id);
      const count = column?.totals.reduce((sum, total) => sum + total.count, 0);
      const titles = column?.cards.map(({ title }) => title) ?? [];
      expect((await board.header(name)).count, name).toBe(count);
      const shown = await board.titlesIn(name);
      expect(shown, name).toEqual(titles.slice(0, shown.length));
      expect(shown.length, name).toBeGreaterThanOrEqual(Math.min(5, titles.length));
    }
  }).toPass({ ...WAKE, intervals: [100] });
}

test('a board that slept for an hour shows what is now', { tag: '@desktop' }, async ({
  page,
  ownServer,
  networkTo,
}) => {
  const server = await ownServer({ command: ['serve'] });
  const ada = await setUp(server);
  const network = await networkTo(server.url);
  const numbers = Array.from({ length: MANY }, (_, number) => number);
  const deals = await together(numbers, (number) => ada.card('deal', `Deal ${number}`, { amount: number }));
  await enter(page.context(), ada);
  await page.clock.install();
  await open(page, `http://127.0.0.1:${network.port}/deals/board`);
  const board = new Board(page);
  await expectNow(board, ada);
  // Its connection works to begin with.
  const live = await ada.card('deal', 'Live', { stage: 'New' });
  await board.expectCardIn(live.title, 'New', { timeout: 1_500 });

  await asleep(page, async () => {
    network.silence();
    await together(deals, async ({ id }, at) => {
      if (at % 3 === 0) await ada.move(id, 'Qualification');
      else if (at % 3 === 1) await ada.change('deal', id, { title: text(`Renamed ${at}`), amount: money(at * 10) });
      else await ada.request.post('/api/app/record/api/delete_record', { form: { kind: 'deal', id } });
    });
    await together(numbers.slice(0, 12), (number) => ada.card('deal', `New ${number}`, { stage: 'Qualification' }));
  });
  await expectNow(board, ada);

  // And it goes on: in the same session, and hearing what others do.
  const later = await ada.card('deal', 'Later', { stage: 'New' });
  await board.expectCardIn(later.title, 'New', { timeout: 1_500 });
  await board.dragByMouse(later.title, 'Qualification');
  await board.expectCardIn(later.title, 'Qualification');
  await expectNow(board, ada);
});

test('what was typed before the sleep is there after it', { tag: '@desktop' }, async ({
  page,
  ownServer,
  networkTo,
}) => {
  const server = await ownServer({ command: ['serve'] });
  const ada = await setUp(server);
  const network = await networkTo(server.url);
  const { id } = await ada.card('deal', 'Roof', { amount: 100 });
  await enter(page.context(), ada);
  await page.clock.install();
  await open(page, `http://127.0.0.1:${network.port}/deals/${id}`);
  const timeline = page.getByRole('region', { name: 'Timeline' });
  const note = timeline.getByRole('textbox', { name: 'Note' });
  await note.fill('They called and');
  await editField(page, 'title');
  const title = page.locator('[data-field="title"]').getByRole('textbox');
  await title.fill('Roof and gut');

  await asleep(page, async () => {
    network.silence();
    await ada.change('deal', id, { amount: money(4321) });
    await ada.note('deal', id, 'Said meanwhile');
    await together(Array.from({ length: MANY }), () => ada.card('deal', 'Another'));
  });
  await expect(page.locator('[data-field="amount"]')).toContainText('€4,321', WAKE);
  await expect(timeline).toContainText('Said meanwhile');
  await expect(title).toHaveValue('Roof and gut');
  await expect(note).toHaveValue('They called and');

  // Both can be finished and saved.
  await title.pressSequentially('ter');
  await title.press('Enter');
  await expect(page.locator('.record__head')).toContainText('Roof and gutter');
  await note.pressSequentially(' want blue');
  await timeline.getByRole('button', { name: 'Add note' }).click();
  await expect(timeline).toContainText('They called and want blue');
  await expect(page.locator('[data-field="amount"]')).toContainText('€4,321');
});

test.describe('a phone in a tunnel', () => {
  // What the browser itself logs of a network that is gone.
  test.use({ allowedConsole: [/net::ERR_/] });

  test('comes back as soon as the network does', { tag: '@phone' }, async ({ page, ownServer, networkTo }) => {
    const server = await ownServer({ command: ['serve'] });
    const ada = await setUp(server);
    const network = await networkTo(server.url);
    const { title, id } = await ada.card('deal', 'Tunnel');
    await enter(page.context(), ada);
    await open(page, `http://127.0.0.1:${network.port}/deals/board`);
    const board = new Board(page);
    await board.expectCardIn(title, 'New');
    await page.context().setOffline(true);
    network.cut();
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    await ada.move(id, 'Qualification');
    network.mend();
    // From here on tries have become rare; the browser says that it is on the network again.
    await page.context().setOffline(false);
    await board.expectCardIn(title, 'Qualification', { timeout: 2_000 });
    await expect(page.getByText('Reconnecting…')).toHaveCount(0);
  });
});
