// Notes in the timeline: Markdown, names, editing, pinning, and that nothing typed is lost.
import type { Locator, Page } from '@playwright/test';
import { api, expect, expectNoAxeViolations, hydrated, signIn, test, unique } from '../support/fixtures.ts';

const LIVE = { timeout: 1_000 };

/** On a phone the timeline has a tab of its own. */
async function timeline(page: Page): Promise<Locator> {
  const tab = page.getByRole('tab', { name: 'Timeline' });
  if (await tab.isVisible()) await tab.click();
  return page.getByRole('region', { name: 'Timeline' });
}

const input = (here: Locator): Locator => here.getByRole('textbox', { name: 'Note' });
const notes = (here: Locator): Locator => here.locator('.entry--note');

async function write(here: Locator, text: string): Promise<void> {
  await input(here).fill(text);
  await here.getByRole('button', { name: 'Add note' }).click();
  await expect(input(here)).toHaveValue('');
}

/** A button of a note; at a desk they come with the pointer. */
async function press(note: Locator, name: string): Promise<void> {
  await note.hover();
  await note.getByRole('button', { name, exact: true }).click();
}

async function openDeal(page: Page): Promise<{ id: number; here: Locator }> {
  const head = await api('head');
  const { id } = await head.card('deal', unique());
  await signIn(page, 'head', { to: `/deals/${id}` });
  return { id, here: await timeline(page) };
}

test('what is written with marks is shown formatted', async ({ page }) => {
  const { here } = await openDeal(page);
  await input(here).fill('# Call\nThey want **blue**, see https://example.com/a.\n\n- roof\n- gutter\n\n> soon');
  await input(here).press('Control+Enter');
  const note = notes(here);
  await expect(note.locator('strong')).toHaveText('blue');
  await expect(note.locator('li')).toHaveText(['roof', 'gutter']);
  await expect(note.locator('blockquote')).toHaveText('soon');
  const link = note.getByRole('link', { name: 'https://example.com/a', exact: true });
  await expect(link).toHaveAttribute('href', 'https://example.com/a');
  await expect(link).toHaveAttribute('rel', /noopener/);
  // The same from the server.
  await page.reload();
  await hydrated(page);
  await expect(notes(await timeline(page)).locator('strong')).toHaveText('blue');
});

test('markup stays text, a link leads nowhere it should not, right-to-left text sits well', async ({ page }) => {
  const { here } = await openDeal(page);
  await write(
    here,
    `<script>document.title='owned'</script><img src=x onerror="document.title='owned'">\n\n` +
      `[click](javascript:document.title='owned') <b>bold?</b>`,
  );
  const note = notes(here).first();
  await expect(note).toContainText('<script>document.title=');
  await expect(note).toContainText('<b>bold?</b>');
  await expect(note.getByRole('link')).toHaveCount(0);
  await expect(note.locator('img, script, b:not(.entry__who)')).toHaveCount(0);
  await write(here, 'שלום **עולם**');
  await expect(notes(here).first().locator('strong')).toHaveText('עולם');
  const direction = notes(here).first().locator('.entry__text p');
  expect(await direction.evaluate((line) => getComputedStyle(line).direction)).toBe('rtl');
  await page.reload();
  await hydrated(page);
  await expect(notes(await timeline(page)).nth(1)).toContainText('<script>document.title=');
  await expect(page).not.toHaveTitle('owned');
});

test('a note is edited, pinned, deleted and brought back', async ({ page, secondUser }) => {
  const { id, here } = await openDeal(page);
  await write(here, 'First words');
  await write(here, 'Something else');
  const other = await secondUser('director', { to: `/deals/${id}` });
  const there = await timeline(other);
  const note = here.locator('.entry', { hasText: 'words' });
  await press(note, 'Edit note');
  const editor = note.getByRole('textbox', { name: 'Note' });
  await expect(editor).toBeFocused();
  await expect(editor).toHaveValue('First words');
  await editor.fill('Better words');
  await note.getByRole('button', { name: 'Save' }).click();
  await expect(note).toContainText('Better words');
  await expect(note).toContainText('edited');
  await expect(there).toContainText('Better words', LIVE);
  // Who changes nothing is offered nothing.
  await expect(there.getByRole('button', { name: /note|Pin/ })).toHaveCount(0);

  await press(note, 'Pin to the top');
  const pinned = here.getByRole('list', { name: 'Pinned notes' });
  await expect(pinned).toContainText('Better words');
  await expect(here.locator('.timeline__list').last()).not.toContainText('Better words');
  await expect(there.getByRole('list', { name: 'Pinned notes' })).toContainText('Better words', LIVE);
  await press(pinned.locator('.entry'), 'Unpin');
  await expect(pinned).toHaveCount(0);

  await press(note, 'Delete note');
  await expect(note).toHaveCount(0);
  await expect(there).not.toContainText('Better words', LIVE);
  await page.locator('.toast', { hasText: 'deleted' }).getByRole('button', { name: 'Undo' }).click();
  await expect(note).toContainText('Better words');
});

test('typing @ offers people to name', async ({ page }) => {
  const { here } = await openDeal(page);
  const text = input(here);
  await text.focus();
  await page.keyboard.type('Ask @dan');
  const offered = here.getByRole('listbox', { name: 'People to name' });
  await expect(offered.getByRole('option')).toHaveText([/Daniel Moreau/]);
  await page.keyboard.press('Enter');
  await expect(text).toHaveValue('Ask @Daniel Moreau ');
  await page.keyboard.type('first');
  await expect(offered.getByRole('option')).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(notes(here).locator('.mention')).toHaveText('@Daniel Moreau');
  await press(notes(here).first(), 'Edit note');
  await expect(notes(here).getByRole('textbox')).toHaveValue('Ask @Daniel Moreau first');
  // An address is no name.
  await page.keyboard.press('Escape');
  await text.fill('write to a@dan');
  await expect(offered.getByRole('option')).toHaveCount(0);
});

test('what one types stays when another note comes in, and when the page is loaded again', async ({ page }) => {
  const { id, here } = await openDeal(page);
  const admin = await api('admin');
  await input(here).fill('Half a th');
  await admin.note('deal', id, 'Meanwhile');
  await expect(notes(here)).toContainText('Meanwhile', LIVE);
  await expect(input(here)).toHaveValue('Half a th');
  await expect(input(here)).toBeFocused();
  await page.reload();
  await hydrated(page);
  await expect(input(await timeline(page))).toHaveValue('Half a th');
});

test('two people edit one note: both wordings are shown', { tag: '@desktop' }, async ({ page }) => {
  const { here } = await openDeal(page);
  await write(here, 'First words');
  const admin = await api('admin');
  const note = here.locator('.entry--note');
  await press(note, 'Edit note');
  await note.getByRole('textbox').fill('My words');
  // As when both save in the same moment: the one's edit comes before the other has heard of it.
  await page.route(
    '**/api/app/record/api/edit_note',
    async (route) => {
      const form = new URLSearchParams(route.request().postData() ?? '');
      await admin.request.post('/api/app/record/api/edit_note', {
        form: { note: form.get('note') ?? '', body: 'Their words', seen: 0 },
      });
      await route.continue();
    },
    { times: 1 },
  );
  await note.getByRole('button', { name: 'Save' }).click();
  const conflict = note.getByRole('alert');
  await expect(conflict).toContainText('Their words');
  await expect(note.getByRole('textbox')).toHaveValue('My words');
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await expect(note.locator('.entry__text')).toHaveText('My words');
});

test('a note of 50,000 characters is kept whole and shown by its beginning', { tag: '@desktop' }, async ({ page }) => {
  const { id } = await openDeal(page);
  const head = await api('head');
  const words = 'Wörter '.repeat(7_142);
  await head.note('deal', id, `${words}END`);
  const here = await timeline(page);
  const note = notes(here);
  await expect(note).toContainText('Wörter');
  expect((await note.boundingBox())?.height).toBeLessThan(320);
  await note.getByRole('button', { name: 'Show all of it' }).click();
  expect((await note.boundingBox())?.height).toBeGreaterThan(2_000);
  await expect(note.locator('.entry__text')).toHaveText(/END$/);
  await input(here).fill('x'.repeat(50_001));
  await here.getByRole('button', { name: 'Add note' }).click();
  await expect(input(here)).toHaveAccessibleDescription(/50,?000|too long/i);
  await expect(input(here)).toHaveValue('x'.repeat(50_001));
});

test('the timeline shows what is asked for', async ({ page }) => {
  const head = await api('head');
  const { id } = await head.card('deal', unique(), { stage: 'New' });
  await head.change('deal', id, { next_step: { text: 'Call them' } });
  await head.move(id, 'Qualified');
  await head.note('deal', id, 'They called.');
  await signIn(page, 'head', { to: `/deals/${id}` });
  const here = await timeline(page);
  const entries = here.locator('.entry');
  await expect(entries).toHaveCount(4);
  const show = (name: string) => here.getByRole('button', { name, exact: true }).click();
  await show('Notes');
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText('They called.');
  await show('Moves');
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText('Qualified');
  await show('Changes');
  await expect(entries).toHaveCount(2);
  await show('All');
  await expect(entries).toHaveCount(4);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('notes hold what accessibility asks', async ({ page }) => {
      const { here } = await openDeal(page);
      await write(here, '# Head\n**bold** [link](https://example.com) `code`\n\n```\nlong code\n```\n> quote');
      await write(here, 'Pinned');
      await press(notes(here).first(), 'Pin to the top');
      await expect(here.getByRole('list', { name: 'Pinned notes' })).toBeVisible();
      await press(notes(here).last(), 'Edit note');
      await input(here).first().fill('@');
      await expect(here.getByRole('option').first()).toBeVisible();
      await expectNoAxeViolations(page);
    });
  });
}
