// Pipelines are shaped in settings, and boards that are open take the new shape. Each test makes a pipeline of its own
// and takes it away again: other tests know the demonstration's.
import type { Page } from '@playwright/test';
import {
  api,
  type Api,
  expect,
  expectNoAxeViolations,
  Finger,
  open,
  signIn,
  test,
  unique,
} from '../support/fixtures.ts';
import type { Kind, Pipeline } from '../support/api.ts';

// Within a second where nothing else is to be done; here other browsers and servers work beside.
const LIVE = { timeout: 8_000 };

interface Changed {
  id: number | null;
  settings: { pipelines: Pipeline[]; lost_reasons: { id: number; name: string; retired: boolean }[] };
}

const made: { pipelines: number[]; reasons: number[] } = { pipelines: [], reasons: [] };

async function change(admin: Api, change: Record<string, unknown>): Promise<Changed> {
  return await admin.post<Changed>('app/settings/pipelines/api/change_pipelines', { change });
}

/** A pipeline that is taken away after the test. */
async function pipeline(admin: Api, name: string, kind: Kind = 'deal'): Promise<Pipeline> {
  const changed = await change(admin, { add_pipeline: { kind, name, preset: 'sales' } });
  if (changed.id === null) throw new Error('No pipeline was made.');
  made.pipelines.push(changed.id);
  return find(changed, changed.id);
}

function find(changed: Changed, id: number): Pipeline {
  const found = changed.settings.pipelines.find((one) => one.id === id);
  if (!found) throw new Error(`There is no pipeline ${id}.`);
  return found;
}

/** The stage as the settings have it now. */
async function stage(admin: Api, of: Pipeline, name: string) {
  const answer = await admin.request.get('/api/app/settings/pipelines/api/load_pipelines');
  const { Ok } = (await answer.json()) as { Ok: Changed['settings'] };
  const found = Ok.pipelines.find((one) => one.id === of.id)?.stages.find((one) => one.name === name);
  if (!found) throw new Error(`There is no stage ${name}.`);
  return found as Pipeline['stages'][number] & { probability: number; stale_days: number | null; gate: unknown };
}

async function reshape(admin: Api, of: Pipeline, name: string, draft: Record<string, unknown>): Promise<void> {
  const seen = await stage(admin, of, name);
  const before = { ...seen, probability: String(seen.probability), stale_days: String(seen.stale_days ?? '') };
  await change(admin, { change_stage: { seen, draft: { ...before, ...draft } } });
}

async function deal(admin: Api, of: Pipeline, title: string, at = 0): Promise<number> {
  const values = {
    title: { text: title },
    pipeline_id: { id: of.id },
    stage_id: { id: of.stages[at]?.id },
  };
  const draft = { values, place: 'top' };
  const written = await admin.post<{ record: { id: number } }>('app/board/api/add_card', { kind: 'deal', draft });
  return written.record.id;
}

test.afterEach(async () => {
  const admin = await api('admin');
  const home = admin.stage('deal', 'New').id;
  for (const id of made.pipelines.splice(0)) {
    await change(admin, { delete_pipeline: { id, records_to: home } }).catch(() => undefined);
  }
  for (const id of made.reasons.splice(0)) {
    await change(admin, { retire_reason: { id, retired: true } }).catch(() => undefined);
  }
});

const dialog = (page: Page) => page.locator('dialog[open]');
const stages = (page: Page) => page.getByRole('region', { name: /^Stages of/ });
const rows = (page: Page) => stages(page).locator('li[data-key] .fielddef__label');

test('a pipeline is made, named and filled with stages', async ({ page }) => {
  const name = unique();
  await signIn(page, 'admin', { to: '/settings/pipelines' });
  await page.getByRole('button', { name: 'Add pipeline' }).click();
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog(page).getByText('Fill this in.')).toBeVisible();
  await dialog(page).getByLabel('Name').fill(name);
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('link', { name }).click();
  made.pipelines.push(Number(new URL(page.url()).searchParams.get('pipeline')));
  await expect(rows(page)).toHaveText(['New', 'Won', 'Lost']);

  await page.getByRole('button', { name: 'Add stage' }).click();
  await expectNoAxeViolations(page);
  await dialog(page).getByLabel('Name').fill('Talks');
  await dialog(page).getByRole('radio', { name: 'Pink' }).check();
  await dialog(page).getByLabel('Probability, %').fill('often');
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog(page).getByText('“often” is not')).toBeVisible();
  await dialog(page).getByLabel('Probability, %').fill('35');
  await dialog(page).getByRole('checkbox', { name: 'Amount' }).check();
  await dialog(page).getByRole('checkbox', { name: 'Only to some stages' }).check();
  await dialog(page).getByRole('checkbox', { name: 'Won' }).check();
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await expect(rows(page)).toHaveText(['New', 'Talks', 'Won', 'Lost']);
  const talks = stages(page).locator('li[data-key]').filter({ hasText: 'Talks' });
  await expect(talks).toHaveAttribute('data-color', 'pink');
  await expect(talks).toContainText('35 % likely');
  await expect(talks).toContainText('Asks for Amount');
  await expectNoAxeViolations(page);

  // What was done is taken back from where it was done.
  await page.getByRole('button', { name: 'Change Talks' }).click();
  await dialog(page).getByLabel('Name').fill('Haggling');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(rows(page)).toHaveText(['New', 'Haggling', 'Won', 'Lost']);
  await page.locator('.toast').filter({ hasText: 'Haggling' }).getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveText(['New', 'Talks', 'Won', 'Lost']);
});

test('stages are ordered by keyboard, which is said', async ({ page }) => {
  const of = await pipeline(await api('admin'), unique());
  await signIn(page, 'admin', { to: `/settings/pipelines?pipeline=${of.id}` });
  const names = of.stages.map(({ name }) => name);
  await expect(rows(page)).toHaveText(names);
  const handle = stages(page).getByRole('button', { name: /Move Proposal|Proposal/ }).first();
  await handle.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  const turned = ['Proposal', 'New', 'Qualification', 'Negotiation', 'Contract', 'Won', 'Lost'];
  await expect(rows(page)).toHaveText(turned);
  await expect(page.locator('[role="status"]').filter({ hasText: 'Proposal is now number 1 of 7.' })).toHaveCount(1);
  await expect(handle).toBeFocused();
  // Won and lost stand last, whatever one presses.
  const last = stages(page).getByRole('button', { name: /Contract/ }).first();
  await last.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[role="status"]').filter({ hasText: 'Contract stays where it is.' })).toHaveCount(1);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.reload();
  await expect(rows(page)).toHaveText(turned);
});

test('stages are dragged by mouse', { tag: '@desktop' }, async ({ page }) => {
  const of = await pipeline(await api('admin'), unique());
  await signIn(page, 'admin', { to: `/settings/pipelines?pipeline=${of.id}` });
  const handle = (name: string) => stages(page).locator('li[data-key]').filter({ hasText: name }).locator('.handle');
  const from = await handle('Negotiation').boundingBox();
  const to = await handle('New').boundingBox();
  if (!from || !to) throw new Error('The handles are not to be seen.');
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + 2, { steps: 8 });
  await page.mouse.up();
  await expect(rows(page).first()).toHaveText('Negotiation');
});

test('stages are dragged by finger', { tag: '@phone' }, async ({ page }) => {
  const of = await pipeline(await api('admin'), unique());
  await signIn(page, 'admin', { to: `/settings/pipelines?pipeline=${of.id}` });
  const handle = (name: string) => stages(page).locator('li[data-key]').filter({ hasText: name }).locator('.handle');
  await handle('New').scrollIntoViewIfNeeded();
  const [from, to] = [await handle('New').boundingBox(), await handle('Proposal').boundingBox()];
  if (!from || !to) throw new Error('The handles are not to be seen.');
  const finger = await Finger.on(page);
  await finger.down({ x: from.x + 12, y: from.y + 12 });
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await finger.move({ x: from.x + 12, y: from.y + 12 + (to.y - from.y + 36) * part });
  }
  await finger.up();
  await expect(rows(page).first()).toHaveText('Qualification');
  await expect(rows(page).nth(2)).toHaveText('New');
});

test('a stage is deleted, and its records go where one says', async ({ page, board }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  const title = unique();
  await deal(admin, of, title, 1);
  await signIn(page, 'admin', { to: `/settings/pipelines?pipeline=${of.id}` });
  await page.getByRole('button', { name: 'Delete Qualification' }).click();
  await expect(dialog(page).getByLabel('Where to with its 1 record?')).toBeVisible();
  await expectNoAxeViolations(page);
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(dialog(page).getByText('Fill this in.')).toBeVisible();
  await dialog(page).getByLabel('Where to with its 1 record?').selectOption({ label: 'Proposal' });
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
  // Its gate asks for an amount, of an administrator too.
  await expect(dialog(page).getByText(/1 of 1 may not go to “Proposal”/)).toBeVisible();
  await dialog(page).getByLabel('Where to with its 1 record?').selectOption({ label: 'Negotiation' });
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.locator('.toast').filter({ hasText: '1 record moved' })).toBeVisible();
  await expect(rows(page)).toHaveText(['New', 'Proposal', 'Negotiation', 'Contract', 'Won', 'Lost']);
  await open(page, `/deals/board?pipeline=${of.id}`);
  await board.expectCardIn(title, 'Negotiation');
});

test('reasons for losing are added and retired', async ({ page }) => {
  const name = unique();
  await signIn(page, 'admin', { to: '/settings/pipelines' });
  await page.getByRole('button', { name: 'Add reason' }).click();
  await dialog(page).getByLabel('Name').fill(name);
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  const reasons = page.getByRole('region', { name: 'Lost reasons' });
  const row = reasons.locator('li').filter({ hasText: name });
  await expect(row).toBeVisible();
  made.reasons.push(Number(await row.getAttribute('data-key')));
  // It may lie over the row, on a phone.
  await page.locator('.toast__close').click();
  await page.getByRole('button', { name: `Stop offering ${name}` }).click();
  await expect(reasons.getByRole('heading', { name: 'Not offered any more' })).toBeVisible();
  await expect(page.getByRole('button', { name: `Offer ${name} again` })).toBeVisible();
});

test('settings of pipelines are the administrator’s', async ({ page }) => {
  await signIn(page, 'admin');
  const head = await api('head');
  const answer = await head.request.post('/api/app/settings/pipelines/api/change_pipelines', {
    data: { change: { add_reason: { name: unique() } } },
  });
  expect(await answer.text()).toContain('Only administrators');
});

test('two administrators change one stage', { tag: '@desktop' }, async ({ page }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  await signIn(page, 'admin', { to: `/settings/pipelines?pipeline=${of.id}` });
  await page.getByRole('button', { name: 'Change Proposal' }).click();
  await dialog(page).getByLabel('Name').fill('Tender');
  // Meanwhile the other one gives another name and another colour.
  await reshape(admin, of, 'Proposal', { name: 'Quote', color: 'red' });
  await expect(rows(page).nth(2)).toHaveText('Quote', LIVE);
  await expect(dialog(page).getByLabel('Name')).toHaveValue('Tender');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page).getByText('Somebody made it “Quote” meanwhile.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(rows(page).nth(2)).toHaveText('Tender');
});

test('a pipeline reshaped under an open board', { tag: '@desktop' }, async ({ page, board }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  const [held, other] = [`${unique()} held`, `${unique()} other`];
  await deal(admin, of, other);
  await deal(admin, of, held);
  await signIn(page, 'admin', { to: `/deals/board?pipeline=${of.id}` });
  await board.expectColumnStarts('New', [held, other]);

  // While one types a title, the column gets another name, colour and place.
  await page.getByRole('button', { name: 'Add to Qualification' }).click();
  const title = board.section('Qualification').getByRole('textbox');
  await title.pressSequentially('Half a ti');
  await reshape(admin, of, 'Qualification', { name: 'Checked', color: 'pink' });
  await expect(board.section('Checked')).toBeVisible(LIVE);
  await expect(board.section('Checked')).toHaveAttribute('data-color', 'pink');
  const ids = of.stages.map(({ id }) => id);
  const [first, second, ...rest] = ids;
  await change(admin, { order_stages: { pipeline: of.id, seen: ids, order: [second, first, ...rest] } });
  await expect(page.locator('.board__name').first()).toHaveText('Checked', LIVE);
  const typed = board.section('Checked').getByRole('textbox');
  await expect(typed).toHaveValue('Half a ti');
  await expect(typed).toBeFocused();
  await page.keyboard.type('tle');
  await page.keyboard.press('Enter');
  await board.expectCardIn('Half a title', 'Checked');

  // While one drags a card, stages come and go.
  await board.dragByMouse(held, 'Negotiation', undefined, {
    beforeDrop: async () => {
      const draft = {
        name: 'Fresh',
        color: 'teal',
        meaning: 'open',
        probability: '5',
        stale_days: '',
        gate: { required: [], next: null, movers: null },
      };
      await change(admin, { add_stage: { pipeline: of.id, draft } });
      const proposal = await stage(admin, of, 'Proposal');
      await change(admin, { delete_stage: { id: proposal.id, records_to: null } });
      await reshape(admin, of, 'Negotiation', { name: 'Haggling' });
      await expect(board.section('Fresh')).toBeVisible(LIVE);
      await expect(board.section('Haggling')).toBeVisible(LIVE);
      await expect(page.locator('.card--lifted')).toBeVisible();
    },
  });
  await board.expectCardIn(held, 'Haggling');
  await expect(page.locator('.board__name')).toHaveText(
    ['Checked', 'New', 'Haggling', 'Contract', 'Fresh', 'Won', 'Lost'],
    LIVE,
  );
  await board.expectColumnStarts('New', [other]);
});

test('a pipeline deleted under an open board', { tag: '@desktop' }, async ({ page, board }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  const title = unique();
  await deal(admin, of, title);
  await signIn(page, 'admin', { to: `/deals/board?pipeline=${of.id}` });
  await board.expectCardIn(title, 'New');
  const home = admin.stage('deal', 'New').id;
  await change(admin, { delete_pipeline: { id: of.id, records_to: home } });
  await expect(page.locator('.toast')).toContainText('This pipeline was deleted', LIVE);
  await expect(page).toHaveURL(/\/deals\/board$/);
  await board.expectCardIn(title, 'New');
});

test('a card goes to another pipeline, and comes back', async ({ page, board }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  const title = unique();
  const id = await deal(admin, of, title);
  await signIn(page, 'admin', { to: `/deals/board?pipeline=${of.id}` });
  await board.card(title).getByRole('button', { name: /^Move/ }).click();
  await expectNoAxeViolations(page);
  await dialog(page).getByRole('button', { name: 'New business' }).click();
  await expect(board.card(title)).toHaveCount(0);
  await expect(page.locator('.toast')).toContainText(`“${title}” is now in New.`);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await board.expectCardIn(title, 'New');
  await expect(board.card(title)).toHaveAttribute('data-id', String(id));
});

test('the board leads to the list and to a new record, and from card to card', async ({ page, board }) => {
  const admin = await api('admin');
  const of = await pipeline(admin, unique());
  const [upper, lower] = [unique(), unique()];
  await deal(admin, of, lower);
  await deal(admin, of, upper);
  await signIn(page, 'admin', { to: `/deals/board?pipeline=${of.id}&owner=me&filter=title:has:T` });
  await board.expectColumnStarts('New', [upper, lower]);
  await expect(page.getByRole('link', { name: 'New', exact: true })).toHaveAttribute(
    'href',
    `/deals/new?pipeline_id=${of.id}`,
  );
  const list = await page.getByRole('link', { name: 'List' }).getAttribute('href');
  const filter = new URL(list ?? '', 'http://x').searchParams.get('filter') ?? '';
  for (const part of [`pipeline_id:is:${of.id}`, 'owner_id:is:me', 'title:has:T']) expect(filter).toContain(part);

  await board.card(upper).getByRole('link', { name: upper }).click();
  await expect(page.getByRole('heading', { level: 1, name: upper })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Previous record/ })).toBeDisabled();
  await page.getByRole('button', { name: /^Next record/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: lower })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Next record/ })).toBeDisabled();
});
