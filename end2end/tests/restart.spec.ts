import { Board, enter, expect, open, setUp, test, unique } from '../support/fixtures.ts';

// What the browser itself logs when nobody answers.
test.use({ allowedConsole: [/net::ERR_/] });

test('a page lives through a restart of its server', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer({ command: ['serve'] });
  const ada = await setUp(server);
  await enter(page.context(), ada);
  await open(page, `${server.url}/deals/board`);
  const board = new Board(page);
  const before = await ada.card('deal', unique(), { stage: 'New' });
  await board.expectCardIn(before.title, 'New', { timeout: 1_500 });

  await server.halt();
  const banner = page.getByText('Reconnecting…');
  await expect(banner).toBeVisible();
  await board.expectCardIn(before.title, 'New');

  await server.launch();
  // Made while the page was away: it must not be missed.
  const missed = await ada.card('deal', unique(), { stage: 'Qualification' });
  await expect(banner).toHaveCount(0, { timeout: 20_000 });
  await board.expectCardIn(missed.title, 'Qualification');
  const later = await ada.card('deal', unique(), { stage: 'New' });
  await board.expectCardIn(later.title, 'New', { timeout: 1_500 });
  await board.dragByMouse(later.title, 'Qualification');
  await board.expectCardIn(later.title, 'Qualification');
});

test('what is done while the server is away is refused with the reason', { tag: '@desktop' }, async ({ page, ownServer }) => {
  const server = await ownServer({ command: ['serve'] });
  const ada = await setUp(server);
  await enter(page.context(), ada);
  await open(page, `${server.url}/deals/board`);
  const board = new Board(page);
  const { title } = await ada.card('deal', unique(), { stage: 'New' });
  await board.expectCardIn(title, 'New');
  await server.halt();
  await board.dragByMouse(title, 'Qualification');
  await expect(page.locator('.toast')).toContainText('could not be reached');
  await board.expectCardIn(title, 'New');
  await server.launch();
  await expect
    .poll(async () => {
      await board.dragByMouse(title, 'Qualification');
      return await board.titlesIn('Qualification');
    })
    .toContain(title);
});
