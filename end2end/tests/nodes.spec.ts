// Two servers on one database: whoever is on the one sees what is done on the other, and either can go.
import { Board, enter, expect, open, setUp, test, unique } from '../support/fixtures.ts';

const LIVE = { timeout: 1_500 };

// What the browser itself logs when nobody answers.
test.use({ allowedConsole: [/net::ERR_/] });

test('two nodes share sessions and changes, and one lives on without the other', { tag: '@desktop' }, async ({
  context,
  ownServer,
}) => {
  const first = await ownServer({ command: ['serve'] });
  const ada = await setUp(first);
  const second = await ownServer({ command: ['serve'], beside: first });
  // One session for both: signed in on the first alone. The tabs of two nodes share nothing else.
  await enter(context, ada);
  const [here, there] = [await context.newPage(), await context.newPage()];
  await open(here, `${first.url}/deals/board`);
  await open(there, `${second.url}/deals/board`);
  const [board, other] = [new Board(here), new Board(there)];

  const { title } = await ada.card('deal', unique(), { stage: 'New' });
  await board.expectCardIn(title, 'New', LIVE);
  await other.expectCardIn(title, 'New', LIVE);
  await other.dragByMouse(title, 'Qualification');
  await board.expectCardIn(title, 'Qualification', LIVE);

  await first.halt('SIGKILL');
  await expect(here.getByText('Reconnecting…')).toBeVisible();
  await other.dragByMouse(title, 'New');
  await other.expectCardIn(title, 'New');
  await there.reload();
  await other.expectCardIn(title, 'New');
  await expect(there.getByText('Reconnecting…')).toHaveCount(0);

  // The one that was away catches up by itself.
  await first.launch();
  await expect(here.getByText('Reconnecting…')).toHaveCount(0, { timeout: 20_000 });
  await board.expectCardIn(title, 'New');
  await board.dragByMouse(title, 'Qualification');
  await other.expectCardIn(title, 'Qualification', LIVE);
});
