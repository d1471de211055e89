// Records for a test to work with, made by somebody's session through the server functions that the pages use: the
// same rights, the same write path, the same live messages.
import { type APIRequestContext, request } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { PASSWORD, USERS, type Who } from './sign-in.ts';

export type Kind = 'lead' | 'deal' | 'contact' | 'company' | 'product';

export interface Stage {
  id: number;
  pipeline_id: number;
  name: string;
  meaning: 'open' | 'won' | 'lost';
}

export interface Pipeline {
  id: number;
  kind: Kind;
  name: string;
  stages: Stage[];
}

export interface Workspace {
  me: { id: number; name: string; email: string };
  people: { id: number; name: string; email: string }[];
  pipelines: Pipeline[];
  lost_reasons: { id: number; name: string }[];
}

/** A value as it goes over the wire: `{ text: 'Chairs' }`, `{ id: 7 }`, `'empty'`. */
export type Value = 'empty' | Record<string, unknown>;
export type Values = Record<string, Value>;

export interface Made {
  id: number;
  title: string;
}

interface Written {
  record: { id: number; version: number } | null;
  operation: number | null;
}

export interface NewRecord {
  /** The stage's name; the first one of the pipeline if not given. */
  stage?: string;
  /** The pipeline's name; the kind's first one if not given. */
  pipeline?: string;
  /** In euro. */
  amount?: number;
  /** Somebody's e-mail address; who asks if not given. */
  owner?: string;
  values?: Values;
}

export const money = (amount: number, currency = 'EUR'): Value => ({
  money: { amount: String(amount), currency },
});

export const text = (words: string): Value => ({ text: words });

/** A word that no other test and no demonstration record has, to begin titles with. */
export function unique(): string {
  return `T${randomBytes(4).toString('hex')}`;
}

export class Api {
  private constructor(
    readonly request: APIRequestContext,
    readonly workspace: Workspace,
    private readonly server: string,
  ) {}

  /** Signs in as a demonstration user, or with an e-mail address and a password. */
  static async signIn(server: string, who: Who | { email: string; password: string }): Promise<Api> {
    const { email, password } = typeof who === 'string' ? { email: USERS[who], password: PASSWORD } : who;
    const context = await request.newContext({
      baseURL: server,
      extraHTTPHeaders: { origin: server, accept: 'application/json' },
    });
    const answer = await context.post('/api/app/sign_in/api/sign_in', { form: { email, password } });
    if (!answer.ok()) throw new Error(`${email} could not sign in: ${answer.status()} ${await answer.text()}`);
    const workspace = await context.get('/api/app/layout/api/load_workspace');
    return new Api(context, (await workspace.json()) as Workspace, server);
  }

  /** The session's cookies, for a browser to go on with. */
  async cookies() {
    return (await this.request.storageState()).cookies;
  }

  get name(): string {
    return this.workspace.me.name;
  }

  pipeline(kind: Kind, name?: string): Pipeline {
    const found = this.workspace.pipelines.find(
      (pipeline) => pipeline.kind === kind && (name === undefined || pipeline.name === name),
    );
    if (!found) throw new Error(`There is no pipeline "${name ?? ''}" of ${kind}s.`);
    return found;
  }

  stage(kind: Kind, stage?: string, pipeline?: string): Stage {
    const { stages } = this.pipeline(kind, pipeline);
    const found = stage === undefined ? stages[0] : stages.find(({ name }) => name === stage);
    if (!found) throw new Error(`There is no stage "${stage ?? ''}" of ${kind}s.`);
    return found;
  }

  user(email: string): number {
    const found = this.workspace.people.find((person) => person.email === email);
    if (!found) throw new Error(`There is no user ${email}.`);
    return found.id;
  }

  /** Makes a lead or a deal, at the top of its column. */
  async card(kind: 'lead' | 'deal', title: string, options: NewRecord = {}): Promise<Made> {
    const stage = this.stage(kind, options.stage, options.pipeline);
    const values: Values = {
      title: text(title),
      pipeline_id: { id: stage.pipeline_id },
      stage_id: { id: stage.id },
      ...(options.amount !== undefined && { amount: money(options.amount) }),
      ...(options.owner !== undefined && { owner_id: { id: this.user(options.owner) } }),
      ...options.values,
    };
    return { id: await this.add(kind, values, 'top'), title };
  }

  /** Makes several deals that then stand in this order at the top of a stage. */
  async deals(titles: string[], options: NewRecord = {}): Promise<Made[]> {
    const made: Made[] = [];
    for (const title of titles.toReversed()) made.unshift(await this.card('deal', title, options));
    return made;
  }

  /** Makes a company or a product. */
  async named(kind: 'company' | 'product', name: string, values: Values = {}): Promise<Made> {
    return { id: await this.add(kind, { name: text(name), ...values }), title: name };
  }

  async contact(firstName: string, values: Values = {}): Promise<Made> {
    return { id: await this.add('contact', { first_name: text(firstName), ...values }), title: firstName };
  }

  async change(kind: Kind, id: number, values: Values): Promise<Written> {
    return await this.post<Written>('app/record/api/change_record', { kind, id, draft: { values } });
  }

  /** Moves a deal to a stage, on top of it. */
  async move(id: number, stage: string, values: Values = {}, pipeline?: string): Promise<Written> {
    const stage_id = { id: this.stage('deal', stage, pipeline).id };
    const draft = { values: { stage_id, ...values }, place: 'top' };
    return await this.post<Written>('app/board/api/move_card', { kind: 'deal', id, draft });
  }

  async note(kind: Kind, id: number, body: string): Promise<void> {
    const answer = await this.request.post('/api/app/record/api/add_note', { form: { kind, id, body } });
    if (!answer.ok()) throw new Error(`No note: ${answer.status()} ${await answer.text()}`);
  }

  async board(query: { kind: Kind; pipeline?: number; filter?: string; text?: string }): Promise<BoardData> {
    return await this.post<BoardData>('app/board/api/load_board', { query });
  }

  /** Calls a server function that takes JSON, and gives its answer. */
  async post<T>(path: string, data: unknown): Promise<T> {
    const answer = await this.request.post(`/api/${path}`, { data });
    const body: unknown = answer.ok() ? await answer.json() : undefined;
    // Some refusals come as an answer, so that the browser does not log them.
    const refused = body === undefined || (isObject(body) && 'Err' in body);
    if (refused) throw new Error(`${this.server}/api/${path}: ${answer.status()} ${await answer.text()}`);
    return (isObject(body) && 'Ok' in body ? body['Ok'] : body) as T;
  }

  private async add(kind: Kind, values: Values, place?: 'top'): Promise<number> {
    const written = await this.post<Written>('app/board/api/add_card', { kind, draft: { values, place } });
    if (!written.record) throw new Error('The record was made, but not for its maker to see.');
    return written.record.id;
  }
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null;
}

export interface BoardData {
  pipeline: number;
  columns: {
    stage_id: number;
    totals: { currency: string | null; count: number; amount: string }[];
    cards: { id: number; title: string }[];
  }[];
}
