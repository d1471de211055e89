import type { Page } from '@playwright/test';
import { api, Board, database, expect, money, signIn, test, unique } from '../support/fixtures.ts';

const LIVE = { timeout: 1_000 };

const dialog = (page: Page) => page.locator('dialog[open]');
const toast = (page: Page) => page.locator('.toast');

test.describe('a gate', { tag: '@desktop' }, () => {
  test('asks exactly for what is missing; cancelled the card goes back, answered it moves', async ({
    page,
    board,
    secondUser,
  }) => {
    const head = await api('head');
    const tag = unique();
    const { title } = await head.card('deal', `${tag} gated`, { stage: 'Qualified' });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    const other = new Board(await secondUser('director', { to: `/deals/board?q=${tag}` }));
    await other.expectCardIn(title, 'Qualified');
    await board.dragByMouse(title, 'Proposal');
    await expect(dialog(page)).toBeVisible();
    await expect(dialog(page).getByRole('heading')).toContainText('Proposal');
    await expect(dialog(page).locator('.field')).toHaveCount(1);
    await expect(dialog(page).getByLabel('Amount')).toBeFocused();

    await dialog(page).getByRole('button', { name: 'Cancel' }).first().click();
    await expect(dialog(page)).toHaveCount(0);
    await board.expectCardIn(title, 'Qualified');
    await other.expectCardIn(title, 'Qualified');

    await board.dragByMouse(title, 'Proposal');
    // Not without an answer, nor with a wrong one.
    await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
    await expect(dialog(page).getByText('Fill this in.')).toBeVisible();
    await dialog(page).getByLabel('Amount').fill('a lot');
    await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
    await expect(dialog(page).getByText(/is not a number/)).toBeVisible();
    await dialog(page).getByLabel('Amount').fill('1250.50');
    await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
    await board.expectCardIn(title, 'Proposal');
    await expect(board.card(title)).toContainText('€1,250.50');
    await other.expectCardIn(title, 'Proposal', LIVE);
  });

  test('asks for a record by its name', async ({ page, board }) => {
    const head = await api('head');
    const tag = unique();
    const company = await head.named('company', `${tag} works`);
    const { title } = await head.card('deal', `${tag} gated`, { stage: 'Proposal', amount: 900 });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    await board.dragByMouse(title, 'Contract');
    await expect(dialog(page).locator('form > .field, form .form > .field')).toHaveCount(2);
    await dialog(page).getByRole('searchbox').fill(tag);
    await dialog(page).getByRole('button', { name: company.title }).click();
    await dialog(page).getByLabel('Expected close').fill('2026-12-24');
    await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
    await board.expectCardIn(title, 'Contract');
    await expect(board.card(title)).toContainText(company.title);
  });

  test('Escape in its dialog puts the card back and gives the focus to the board', async ({ page, board }) => {
    const head = await api('head');
    const tag = unique();
    const { title } = await head.card('deal', `${tag} gated`, { stage: 'Qualified' });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    await board.dragByKeyboard(title, ['ArrowRight']);
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await board.expectCardIn(title, 'Qualified');
    await expect(board.said).toContainText(`${title} stays in Qualified`);
  });
});

test.describe('a gate on a phone', { tag: '@phone' }, () => {
  test('asks in a sheet', async ({ page, board }) => {
    const head = await api('head');
    const tag = unique();
    const { title } = await head.card('deal', `${tag} gated`, { stage: 'New' });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    await page.getByRole('button', { name: `Move “${title}” to…` }).tap();
    await dialog(page).getByRole('button', { name: 'Lost' }).tap();
    await expect(dialog(page).getByLabel('Lost reason')).toBeVisible();
    await dialog(page).getByLabel('Lost reason').selectOption('No answer');
    await dialog(page).getByRole('button', { name: 'Move', exact: true }).tap();
    await board.expectCardIn(title, 'Lost');
  });
});

test('a lost deal asks for its reason, and tells it on its page', { tag: '@desktop' }, async ({ page, board }) => {
  const head = await api('head');
  const tag = unique();
  const { title, id } = await head.card('deal', `${tag} lost`, { stage: 'Qualified', amount: 100 });
  await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
  await board.dragByKeyboard(title, Array<string>(5).fill('ArrowRight'));
  await expect(dialog(page).locator('form > .field')).toHaveCount(1);
  await dialog(page).getByLabel('Lost reason').selectOption('Price too high');
  await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
  await board.expectCardIn(title, 'Lost');
  // The card is shown there at once; now the server has it there, too.
  await expect(page.locator('.toast')).toContainText('is now in Lost');
  await page.goto(`/deals/${id}`);
  await expect(page.locator('[data-field="lost_reason_id"]')).toContainText('Price too high');
});

test.describe('a refused move', { tag: '@desktop' }, () => {
  test('goes back and says why, where the stage is for others', async ({ page, board }) => {
    // Only the settings, which come later, can say who may move: the database says it for now.
    const head = await api('head');
    const stage = head.stage('deal', 'Agreed', 'Renewals');
    const gate = await database(`select gate from stage where id = ${stage.id}`);
    await database(`update stage set gate = gate || '{"movers": ["director"]}' where id = ${stage.id}`);
    try {
      const tag = unique();
      const { title } = await head.card('deal', `${tag} kept`, {
        stage: 'Quoted',
        pipeline: 'Renewals',
        amount: 5,
        values: { expected_close: { date: '2027-01-15' } },
      });
      await signIn(page, 'head', { to: `/deals/board?pipeline=${stage.pipeline_id}&q=${tag}` });
      await board.dragByMouse(title, 'Agreed');
      await expect(toast(page)).toContainText(/Agreed|allowed|may/);
      await board.expectCardIn(title, 'Quoted');
      await page.reload();
      await board.expectCardIn(title, 'Quoted');
    } finally {
      await database(`update stage set gate = '${gate.replaceAll("'", "''")}' where id = ${stage.id}`);
    }
  });

  test('goes to where somebody else put the card meanwhile', async ({ page, board }) => {
    const head = await api('head');
    const admin = await api('admin');
    const tag = unique();
    const { title, id } = await head.card('deal', `${tag} torn`, { stage: 'New', amount: 7 });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    // The move is on its way when the other one happens.
    await page.route('**/api/app/board/api/move_card', async (route) => {
      await admin.move(id, 'Proposal');
      await route.continue();
    });
    await board.dragByMouse(title, 'Qualified');
    await expect(toast(page)).toContainText(/Somebody changed this meanwhile/);
    await board.expectCardIn(title, 'Proposal');
  });

  test('goes back with the reason that the server gives', async ({ page, board }) => {
    const head = await api('head');
    const tag = unique();
    const { title } = await head.card('deal', `${tag} unheard`, { stage: 'New' });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    await page.route('**/api/app/board/api/move_card', (route) =>
      route.fulfill({ contentType: 'application/json', body: '{"Err":{"forbidden":"Not today."}}' }),
    );
    await board.dragByMouse(title, 'Qualified');
    await expect(toast(page)).toContainText('Not today.');
    await board.expectCardIn(title, 'New');
  });

  test('is not offered to who may change nothing', async ({ page, board }) => {
    const head = await api('head');
    const tag = unique();
    const { title } = await head.card('deal', `${tag} seen`, { stage: 'Qualified' });
    await signIn(page, 'director', { to: `/deals/board?q=${tag}` });
    await board.expectCardIn(title, 'Qualified');
    const { x, y } = await board.grip(title);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 60, { steps: 5 });
    await expect(page.locator('.card--lifted')).toHaveCount(0);
    await page.mouse.up();
    await board.focus(title);
    await page.keyboard.press('Space');
    await expect(board.said).toHaveText('');
    await board.expectCardIn(title, 'Qualified');
    await expect(page.getByRole('button', { name: /^(Add to|Move) / })).toHaveCount(0);
  });
});

test.describe('a move is taken back', { tag: '@desktop' }, () => {
  async function moveOne(page: Page, board: Board) {
    const head = await api('head');
    const tag = unique();
    const [first, second] = [`${tag} first`, `${tag} second`];
    await head.deals([first, second], { stage: 'New', values: { amount: money(10) } });
    await signIn(page, 'head', { to: `/deals/board?q=${tag}` });
    await board.dragByMouse(first, 'Qualified');
    await board.expectCardIn(first, 'Qualified');
    await expect(toast(page)).toContainText(`“${first}” is now in Qualified.`);
    return { tag, first, second };
  }

  test('by the button of its notice, for everyone', async ({ page, board, secondUser }) => {
    const { tag, first, second } = await moveOne(page, board);
    const other = new Board(await secondUser('director', { to: `/deals/board?q=${tag}` }));
    await other.expectCardIn(first, 'Qualified');
    await toast(page).getByRole('button', { name: 'Undo' }).click();
    // To the same place, above the other.
    await board.expectColumnStarts('New', [first, second]);
    await other.expectColumnStarts('New', [first, second], LIVE);
    await expect(toast(page)).toHaveCount(0);
  });

  test('by Ctrl+Z', async ({ page, board }) => {
    const { first, second } = await moveOne(page, board);
    await page.keyboard.press('Control+z');
    await board.expectColumnStarts('New', [first, second]);
    await expect(board.said).toContainText(`Took back the move of ${first}`);
    await expect(board.cardsIn('Qualified')).toHaveCount(0);
  });

  test('by Ctrl+Z in a text only the typing', async ({ page, board }) => {
    const { first } = await moveOne(page, board);
    const search = page.getByRole('searchbox');
    await search.focus();
    await page.keyboard.press('Control+z');
    await board.expectCardIn(first, 'Qualified');
  });
});
