-- What notes need beside their text.

alter table note
  -- How often it was edited: whoever saves an edit says which wording was seen.
  add column edits integer not null default 0,
  add column edited_at timestamptz,
  -- Pinned notes stand above the timeline.
  add column pinned_at timestamptz;
create index note_pinned on note (kind, record_id) where pinned_at is not null;

-- Who is named in a note, as `<@id>` in its body.
create table note_mention (
  note_id bigint not null references note on delete cascade,
  user_id bigint not null references app_user on delete cascade,
  at timestamptz not null,
  primary key (note_id, user_id)
);
create index note_mention_user on note_mention (user_id, at desc);
