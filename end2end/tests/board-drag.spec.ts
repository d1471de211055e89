import type { Page } from '@playwright/test';
import { api, Board, expect, Finger, signIn, swipe, test, unique } from '../support/fixtures.ts';

/** How soon somebody else must see it. */
const LIVE = { timeout: 1_000 };

/** Three cards at the top of New, and one at the top of Qualified. */
async function prepare() {
  const head = await api('head');
  const tag = unique();
  const [top, middle, bottom] = [`${tag} top`, `${tag} middle`, `${tag} bottom`];
  await head.deals([top, middle, bottom], { stage: 'New' });
  const moved = await head.card('deal', `${tag} moved`, { stage: 'Qualified', amount: 1200 });
  return { tag, top, middle, bottom, moved: moved.title, id: moved.id };
}

function scrollOf(page: Page, selector: string): Promise<{ left: number; top: number }> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => ({ left: element.scrollLeft, top: element.scrollTop }));
}

test.describe('by mouse', { tag: '@desktop' }, () => {
  test('a card dropped between two others stands there for everyone', async ({ page, board, secondUser }) => {
    const { top, middle, bottom, moved } = await prepare();
    await signIn(page, 'head');
    const other = new Board(await secondUser('director'));
    await other.expectCardIn(moved, 'Qualified');
    await board.dragByMouse(moved, 'New', middle, {
      beforeDrop: async () => {
        await expect(page.locator('.card--lifted')).toBeVisible();
        await expect(board.column('New').locator('.card--placeholder')).toHaveCount(1);
      },
    });
    const order = [top, moved, middle, bottom];
    await board.expectColumnStarts('New', order);
    await other.expectColumnStarts('New', order, LIVE);
    await expect(page.locator('.card--lifted')).toHaveCount(0);
    await expect(page).not.toHaveURL(/open=/);
    await page.reload();
    await board.expectColumnStarts('New', order);
    await board.expectCardIn(moved, 'New');
  });

  test('a click opens the card, also one that trembles', async ({ page, board }) => {
    const { moved, id } = await prepare();
    await signIn(page, 'head');
    const { x, y } = await board.grip(moved);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 2, y + 2);
    await page.mouse.up();
    await expect(page).toHaveURL(new RegExp(`open=${id}`));
    await expect(page.getByRole('dialog').getByRole('heading', { name: moved })).toBeVisible();
    await board.expectCardIn(moved, 'Qualified');
  });

  test('Escape takes a held card back', async ({ page, board }) => {
    const { tag, top, middle, bottom, moved } = await prepare();
    await signIn(page, 'head');
    await board.dragByMouse(moved, 'New', middle, {
      beforeDrop: async () => {
        await expect(board.column('New').locator('.card--placeholder')).toHaveCount(1);
        await page.keyboard.press('Escape');
        await expect(page.locator('.card--lifted')).toHaveCount(0);
      },
    });
    await board.expectCardIn(moved, 'Qualified');
    await expect(page.locator('.toast')).toHaveCount(0);
    // Nothing was sent: the server has it where it was.
    await page.goto(`/deals/board?q=${tag}`);
    await board.expectColumnStarts('New', [top, middle, bottom]);
    await board.expectCardIn(moved, 'Qualified');
  });

  test('the board is panned by its background', async ({ page, board }) => {
    await signIn(page, 'head');
    await expect(board.column('New')).toBeVisible();
    const scroller = await page.locator('.board__scroller').boundingBox();
    if (!scroller) throw new Error('There is no board.');
    const before = await scrollOf(page, '.board__scroller');
    // The header of a column is background: nothing in it is for dragging.
    const y = scroller.y + 6;
    await page.mouse.move(scroller.x + 700, y);
    await page.mouse.down();
    await page.mouse.move(scroller.x + 500, y, { steps: 8 });
    await page.mouse.up();
    const after = await scrollOf(page, '.board__scroller');
    expect(after.left - before.left).toBeGreaterThan(100);
  });

  test('a column scrolls when a card is held at its edge', async ({ page, board }) => {
    const { moved } = await prepare();
    await signIn(page, 'head');
    const list = board.column('New');
    const box = await list.boundingBox();
    if (!box) throw new Error('There is no column.');
    const from = await board.grip(moved);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 200, { steps: 6 });
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 6, { steps: 6 });
    await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBeGreaterThan(200);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await board.expectCardIn(moved, 'Qualified');
  });
});

test.describe('by touch', { tag: '@phone' }, () => {
  test('a finger that rests lifts a card, and drops it between two others', async ({ page, board, secondUser }) => {
    const { top, middle, bottom } = await prepare();
    await signIn(page, 'head');
    const other = new Board(await secondUser('director'));
    await other.expectColumnStarts('New', [top, middle, bottom]);
    await board.dragByTouch(bottom, 'New', middle, {
      beforeDrop: async () => {
        await expect(page.locator('.card--lifted')).toBeVisible();
      },
    });
    const order = [top, bottom, middle];
    await board.expectColumnStarts('New', order);
    await other.expectColumnStarts('New', order, LIVE);
    await expect(page).not.toHaveURL(/open=/);
    await page.reload();
    await board.expectColumnStarts('New', order);
  });

  test('a card held at the edge of the screen goes to the next column', async ({ page, board, secondUser }) => {
    const { top, moved } = await prepare();
    await signIn(page, 'head');
    const other = new Board(await secondUser('director'));
    await other.expectCardIn(top, 'New');
    const from = await board.grip(top);
    const finger = await Finger.on(page);
    await finger.down(from);
    await expect(page.locator('.card--lifted')).toBeVisible();
    await finger.move({ x: 300, y: 400 });
    await finger.move({ x: 386, y: 400 });
    const target = board.section('Qualified');
    // The board turns under the finger until the next column is the one in sight.
    await page.waitForFunction(
      (element) => (element?.getBoundingClientRect().left ?? 1_000) < 120,
      await target.elementHandle(),
      { polling: 'raf' },
    );
    await finger.move({ x: 230, y: 400 });
    await expect(target).toHaveClass(/board__column--target/);
    await finger.up();
    await board.expectCardIn(top, 'Qualified');
    await other.expectCardIn(top, 'Qualified', LIVE);
    await board.expectCardIn(moved, 'Qualified');
  });

  test('a swipe scrolls the column and lifts nothing', async ({ page, board }) => {
    const { top, middle, bottom } = await prepare();
    await signIn(page, 'head');
    await board.expectColumnStarts('New', [top, middle, bottom]);
    const from = await board.grip(bottom);
    await swipe(page, from, { x: from.x, y: from.y - 180 });
    await expect.poll(() => board.column('New').evaluate((list) => list.scrollTop)).toBeGreaterThan(60);
    await expect(page.locator('.card--lifted')).toHaveCount(0);
    await expect(page).not.toHaveURL(/open=/);
    await board.column('New').evaluate((list) => list.scrollTo(0, 0));
    await board.expectColumnStarts('New', [top, middle, bottom]);
  });

  test('a swipe aside turns to the next column', async ({ page, board }) => {
    const { top } = await prepare();
    await signIn(page, 'head');
    const from = await board.grip(top);
    await swipe(page, { x: 330, y: from.y }, { x: 60, y: from.y });
    await expect(board.section('Qualified')).toBeInViewport({ ratio: 0.8 });
    await expect(page.getByRole('group', { name: 'Stages' }).getByRole('button', { name: /^Qualified/ })).toHaveAttribute(
      'aria-current',
      'true',
    );
    await board.expectCardIn(top, 'New');
  });

  test('a chip turns to its column', async ({ page, board }) => {
    await signIn(page, 'head');
    await page.getByRole('group', { name: 'Stages' }).getByRole('button', { name: /^Negotiation/ }).tap();
    await expect(board.section('Negotiation')).toBeInViewport({ ratio: 0.8 });
  });

  test('a tap opens the card', async ({ page, board }) => {
    const { top } = await prepare();
    await signIn(page, 'head');
    const { x, y } = await board.grip(top);
    await page.touchscreen.tap(x, y);
    await expect(page.getByRole('dialog').getByRole('heading', { name: top })).toBeVisible();
  });

  test('a card goes to a stage chosen from a list', async ({ page, board }) => {
    const { top } = await prepare();
    await signIn(page, 'head');
    await page.getByRole('button', { name: `Move “${top}” to…` }).tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Qualified' }).tap();
    await board.expectCardIn(top, 'Qualified');
  });
});

test.describe('by keyboard', { tag: '@desktop' }, () => {
  test('space lifts, arrows move, space drops, and all is announced', async ({ page, board, secondUser }) => {
    const { top, middle, bottom, moved } = await prepare();
    await signIn(page, 'head');
    const other = new Board(await secondUser('director'));
    await other.expectCardIn(moved, 'Qualified');
    await board.focus(moved);
    await page.keyboard.press('Space');
    await expect(board.said).toContainText(`Lifted ${moved} in Qualified`);
    await page.keyboard.press('ArrowLeft');
    await expect(board.said).toContainText('New, place 1 of');
    await page.keyboard.press('ArrowDown');
    await expect(board.said).toContainText('New, place 2 of');
    await page.keyboard.press('Space');
    await expect(board.said).toContainText(`Dropped ${moved} in New, place 2`);
    const order = [top, moved, middle, bottom];
    await board.expectColumnStarts('New', order);
    await other.expectColumnStarts('New', order, LIVE);
    // The focus stays on the card, for the next move.
    await expect(board.card(moved).getByRole('link')).toBeFocused();
  });

  test('Escape takes it back', async ({ page, board }) => {
    const { moved } = await prepare();
    await signIn(page, 'head');
    await board.focus(moved);
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(board.said).toContainText('Negotiation, place');
    await page.keyboard.press('Escape');
    await expect(board.said).toContainText(`${moved} stays in Qualified`);
    await board.expectCardIn(moved, 'Qualified');
    await expect(board.card(moved).getByRole('link')).toBeFocused();
  });

  test('arrows walk over the board, Enter opens a card', async ({ page, board }) => {
    const { top, middle, moved, id } = await prepare();
    await signIn(page, 'head');
    await board.focus(top);
    await page.keyboard.press('ArrowDown');
    await expect(board.card(middle).getByRole('link')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    // The focus goes on with the next frame, which a test is quicker than.
    await expect(board.card(top).getByRole('link')).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(board.card(moved).getByRole('link')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(`open=${id}`));
  });
});
