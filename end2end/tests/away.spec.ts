// The database is away for a while, under a server that nobody restarts, as somebody at a browser sees it.
import { Board, enter, expect, open, setUp, test } from '../support/fixtures.ts';

const cluster = (): string => process.env['TEST_DATABASE_URL'] ?? '';

// What the browser itself logs of answers that say so.
test.use({ allowedConsole: [/status of 503|answer 503/] });

test('a page without a database says so in words, and is there as soon as it can', { tag: '@desktop' }, async ({
  page,
  ownServer,
  networkTo,
}) => {
  test.skip(!cluster(), 'a PostgreSQL that the server runs itself cannot be taken away from it');
  const first = await ownServer({ command: ['serve'] });
  const ada = await setUp(first);
  const { title } = await ada.card('deal', 'Kept');
  const url = new URL(first.database?.url ?? '');
  const network = await networkTo(url.toString());
  url.hostname = '127.0.0.1';
  url.port = String(network.port);
  const server = await ownServer({ command: ['serve'], beside: first, env: { DATABASE_URL: url.toString() } });
  await enter(page.context(), ada);
  await page.clock.install();
  await open(page, `${server.url}/deals/board`);
  const board = new Board(page);
  await board.expectCardIn(title, 'New');

  network.cut();
  // What is done on the page that is open is refused in words, and stays undone.
  await board.dragByMouse(title, 'Qualification');
  await expect(page.locator('.toast')).toContainText('The server is not ready. Try again in a moment.');
  await board.expectCardIn(title, 'New');
  // A page that is opened now is one in words.
  const answer = await page.goto(`${server.url}/deals/board`);
  expect(answer?.status()).toBe(503);
  expect(answer?.headers()).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'retry-after': '5' });
  await expect(page.getByRole('alert')).toContainText(
    'The server is not ready. Try again in a moment. This page tries again by itself.',
  );
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await page.clock.fastForward('00:06');
  await expect(page.getByRole('alert')).toContainText('This page tries again by itself.');

  // Nobody does anything: the page comes by itself, in the same session.
  network.mend();
  await expect(async () => {
    await page.clock.fastForward('00:06');
    await board.expectCardIn(title, 'New', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await board.dragByMouse(title, 'Qualification');
  await board.expectCardIn(title, 'Qualification');
});
